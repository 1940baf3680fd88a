"""Why a server's clients were not served. Theory of operation.

What comes in are the columns of one server (`measures.traffic.Traffic`): its attempts, their SYNs and their requests.
What goes out are its pauses, each with a cause, and one verdict.

    Traffic
      |-- strangers   who is no evidence: a flood, clients that are turned away while others are served
      |-- silences    runs of SYNs between two answers that chance does not explain; bounds: how long they lasted
      |-- waits       runs of requests between two responses, behind a queue that accepts
      |      `-- pauses (Search) ----------------.
      |-- fullness    how many connections were open when SYNs were dropped, and when they passed
      |-- counting    every way in which a limit may count; estimate: a limit of other numbers
      |-- falls       which attempts fell; control: what was lost beside the SYNs
      v                                          v
    Evidence ------> causes/*.of_pause ------> the cause of each pause
      |                                          |
      `------------> causes/*.explain <----------'
                          |
                          |   loss or selective_drop: single SYNs in vain that no cause names
                          |   insufficient: what nobody explains
                          v
                       verdict: who explains most of what fell, at the least cost

A pause, and what bounds it. Time goes to the right, the server is asked by SYNs (s) and requests, and answers (A):

      A    A   A                                            A   A
      |    |   |    s  s     s s   s     s   s  s   s       |   |
    --+----+---+----+--+-----+-+---+-----+---+--+---+-------+---+-->
               |    |<--------- at least ---------->|       |
               |<------------------- at most -------------->|

    form      silence    nothing answers the SYNs        \\
              reset      RSTs do                          }  they describe a pause; none of them ends or splits it
              icmp       errors of a router do           /
              waiting    a queue answers the SYNs, and the requests wait until the end
              mixed      several of these

Nobody is served in a pause. Whoever is served in it ends it: a client that is turned away while others are served is
blocked, and SYNs lost one by one are lost.

The causes compete twice. For each pause every cause says how well it explains it (`of_pause`), and the surest has it.
Then every cause says which attempts of the whole capture it expects to fall (`explain`). Those that name their attempts
are heard first; single SYNs in vain that none of them claims are `loss` where other packets were lost as well, and
`selective_drop` where these were spared; what is left is `insufficient`. The verdict is the cause that explains most of
what fell, less what should have fallen and did not. One that explains too little to be grave is only named in `also`.

Everything here is arithmetic on columns: no clock, no files. Thresholds stand beside the rule that uses them, each with
where it comes from; how often the rules are right is measured on simulated truth (docs/verdict-matrix.md).
"""
