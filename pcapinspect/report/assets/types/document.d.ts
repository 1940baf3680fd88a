/* Made by `make described` from pcapinspect/report/model.py: do not edit. */

/** Everything that pcapinspect shows of one analysis. */
interface ReportDocument {
  schema_version: 1;
  tool: ReportTool;
  inputs: ReportInput[];
  settings: ReportSettingsInForce;
  capture: ReportCapture;
  /** What the inputs are to each other. */
  points: ReportPoint[];
  verdict: ReportLeadingVerdict;
  /** Busiest and worst first. */
  servers: ReportServer[];
  /** Where there is no server: who else speaks TCP in the capture, the most SYNs first. */
  elsewhere: ReportElsewhere[];
  operations: ReportOperation[];
  /** The top talkers. */
  clients: ReportClient[];
  /** Worst first. */
  findings: ReportFinding[];
  pki: ReportPki;
  evidence: ReportEvidence;
  tables: Record<string, ReportEmbeddedTable>;
  /** Null where `tables` holds all connections and exchanges. */
  every_row: ReportEveryRow | null;
}

/** What made the report. */
interface ReportTool {
  name: string;
  version: string;
  engine: "native" | "tshark";
  /** The command line that made the report. */
  command: string;
}

/** One capture file, in the order of reading. */
interface ReportInput {
  path: string;
  /** `pcap`, `pcap-nanosecond`, `pcapng`, ...; `gzip:pcapng` where compressed. */
  format: string;
  /** As `tcpdump -L` calls them. */
  link_types: string[];
  /** All packets of the file, whatever they are. */
  packets: number;
  /** Size of the file as given. */
  bytes: number;
  first_time: string | null;
  last_time: string | null;
  /** Of the file as given; null for a pipe that was not read to its end. */
  sha256: string | null;
  /** The file ends in the middle of a packet or block. */
  truncated: boolean;
  /** Whether it was read to its end. */
  reading: "whole" | "ended" | "goes_on";
  snaplen: number | null;
  /** Packets of which less was captured than was on the wire. */
  snaplen_cut: number;
  /** Packets that the capturing host says it dropped. */
  interface_drops: number;
  /** Packets earlier than the one before them. */
  time_backwards: number;
  /** Steps of the clock, forward or back, that traffic cannot explain. */
  clock_jumps: number;
  not_ip: number;
  /** Packets that could not be decoded, by reason. */
  unknown: Record<string, number>;
  fragments: number;
  comments: ReportComment[];
  warnings: string[];
}

/** A comment of a pcapng file. */
interface ReportComment {
  /** 0: the section or interface. */
  frame: number;
  text: string;
}

/** Every threshold and option in force, defaults included. */
interface ReportSettingsInForce {
  ports: number[];
  /** Addresses to which the analysis was restricted; empty: none was left out. */
  servers: string[];
  /** Connections in `window`, after which the server stops listening. */
  limit: number;
  /** Seconds. */
  window: number;
  /** Seconds for which it then stops. */
  pause: number;
  /** Connections open at once. */
  max_connections: number;
  engine: string;
  /** What inputs are to each other: `measured`, `one` point, or `each` a network of its own. */
  points: string;
  /** Packets before were not judged (`--from`). */
  begin: string | null;
  /** Packets after were not judged (`--to`). */
  end: string | null;
  /** Zone in which times are shown to people. */
  tz: string;
}

/** Quality of the capture; counts are of packets unless they say otherwise. */
interface ReportCapture {
  /** The only direction that the capture holds. */
  one_way: "to_server" | "from_server" | null;
  drops: number;
  snaplen_cut: number;
  /** Connections that began before the capture. */
  midstream: number;
  /** Holes in payload streams. */
  gaps: number;
  duplicates: number;
  clock_jumps: number;
  /** There are no packets: everything is made of flows. Pauses, SYN packets, exchanges, errors and open connections are then unknown, whatever a count of them says. */
  flows_only: boolean;
  /** What a reader must know before believing the rest. */
  notes: string[];
  /** ACKs for bytes that are not in the capture. */
  acked_unseen: number;
  /** Connections whose SYN/ACK is missing although they were established. */
  synack_not_captured: number;
  /** What `synack_not_captured` is a part of. */
  established: number;
  retransmissions: number;
  /** Files that end in the middle of a packet. */
  truncated: number;
  /** Whether all of the inputs was read: a signal may have ended the reading, or have asked for a report meanwhile. */
  reading: "whole" | "ended" | "goes_on";
  /** Connections whose bytes are not HTTP. */
  not_http: number;
  first_time: string | null;
  last_time: string | null;
}

/** What inputs are to each other: an entry for each network, or for two clocks in one capture. */
interface ReportPoint {
  /** `one`: one capture point; `two_points`: the same packets at two places; `apart`: a network that merely shares addresses with others; `clocks`: one point, the two directions of which were stamped by different clocks. */
  kind: "one" | "two_points" | "apart" | "clocks";
  files: string[];
  sentence: string;
  /** Of two points, the captures nearer to the clients; empty otherwise. */
  client_side: string[];
  server_side: string[];
  /** What the clock of the server's side is ahead of the clients' side's (`clocks`: the servers' stamps of the clients'), at first. */
  offset: number | null;
  /** The same at last: it differs where a clock drifts. */
  offset_last: number | null;
  uncertainty: number | null;
  /** From the clients' side to the server's, the median, if both ways take alike long at their best. */
  delay_up: number | null;
  delay_down: number | null;
  /** Attempts that both points hold. */
  both: number | null;
  /** Attempts of which a `syn`, `answer`, `request` or `response` was seen where it leaves. */
  sent: Record<string, number> | null;
  /** Of these, those of which one did not come to the other point. */
  lost: Record<string, number> | null;
  /** Of two points: attempts one by one, those with a loss first; some of many, evenly over the capture. */
  courses: ReportCourse[];
  /** Of two points: all attempts, by when they began. */
  over_time: ReportStretch[];
}

/** What became of one attempt between two points. */
interface ReportCourse {
  /** Address and port. */
  client: string;
  server: string;
  /** What was lost first: `syn`, `answer`, `request` or `response`; null: nothing. */
  lost: string | null;
  steps: ReportPassage[];
}

/** One packet of an attempt between two points. Times are by the clock of the server's side. */
interface ReportPassage {
  what: "syn" | "answer" | "request" | "response";
  /** When the clients' side saw it; null where it did not. */
  client: string | null;
  server: string | null;
  /** It left, and did not arrive. */
  lost: boolean;
}

/** Attempts between two points that began in one stretch of time. */
interface ReportStretch {
  start: string;
  end: string;
  attempts: number;
  /** Of these, such of which a packet was lost. */
  lost: number;
  /** The median of SYNs that both sides hold once. */
  delay_up: number | null;
  /** The same of SYN/ACKs. */
  delay_down: number | null;
}

/** That of the first server, the worst: what every output leads with. */
interface ReportLeadingVerdict {
  cause: string;
  confidence: number;
  sentence: string;
  evidence_for: string[];
  evidence_against: string[];
  not_shown: string[];
  /** Share of the attempts that were not served at once which the cause explains; null where it claims none. */
  explains: number | null;
  /** What explains the rest, most first. */
  also: ReportAlso[];
  /** `ip:port`; null: there is none. */
  server: string | null;
}

/** A cause beside the verdict's. */
interface ReportAlso {
  cause: string;
  /** Of the attempts that were not served at once, those that no cause before it explains. */
  share: number;
  sentence: string;
}

/** One server on one watched port. */
interface ReportServer {
  ip: string;
  port: number;
  /** The captures that it is in, where others have the same address in another network. */
  network: string | null;
  /** `pki`: SCEP was spoken; `other`: payload, but no HTTP; `unknown`: no payload was seen. */
  kind: "pki" | "http" | "other" | "unknown";
  attempts: number;
  established: number;
  half_open: number;
  unanswered: number;
  refused: number;
  unreachable: number;
  answered_otherwise: number;
  undetermined: number;
  midstream: number;
  syn_packets: number;
  exchanges: number;
  /** Responses with a 4xx or 5xx code. */
  errors: number;
  clients: number;
  /** Distinct transaction IDs or signer names. */
  routers: number | null;
  first_time: string;
  last_time: string;
  peak_accepted_60s: ReportPeak | null;
  peak_minute: ReportPeakMinute | null;
  minutes_over_limit: number;
  /** The accept that made more than `settings.limit` in `settings.window`. */
  first_over_limit: string | null;
  first_pause: string | null;
  pauses: ReportPause[];
  verdict: ReportVerdict;
  models: ReportCountingModel[];
  estimate: ReportEstimate | null;
  concurrency: ReportConcurrency | null;
  counterfactual: ReportCounterfactual | null;
  synchronisation: ReportSynchronisation;
  /** Null where flows are all that is known. */
  ladder: ReportLadder | null;
  /** Error responses by what they say of the server. */
  errors_by_class: Record<string, number>;
}

/** The most accepts within any window of the limit (`settings.window`). */
interface ReportPeak {
  count: number;
  /** The first of them. */
  start: string;
  /** The last of them. */
  end: string;
}

/** The busiest calendar minute (UTC). */
interface ReportPeakMinute {
  count: number;
  minute: string;
}

/** An interval in which the server served nobody who asked. */
interface ReportPause {
  /** From 1, over all servers: the number that `extract --pause` takes. */
  pause: number;
  server_ip: string;
  server_port: number;
  last_answer: string | null;
  first_unanswered: string;
  last_unanswered: string;
  next_answer: string | null;
  silence_at_least: number;
  silence_at_most: number | null;
  unanswered_syns: number;
  /** Attempts that met it, whatever became of them later. */
  unanswered_attempts: number;
  clients: number;
  /** Accepted within the window of the limit (`settings.window`) before it. */
  accepted_before_60s: number;
  /** Accepted since the pause before; null for the first. */
  accepted_since_pause: number | null;
  open_before: number;
  /** How nobody was served: no answer to SYNs, RST, ICMP errors, accepted and not answered, several of these. */
  form: "silence" | "reset" | "icmp" | "waiting" | "mixed";
  cause: string;
  confidence: number;
  evidence_for: string[];
  evidence_against: string[];
  /** Packets that show it: last answer, first and last unanswered SYN, next answer. */
  frames: ReportFrame[];
  /** Numbers of the attempts that met it, at most 1000. */
  connections: number[];
  /** Its cause is a limit of the estimate's numbers, not of the settings'. */
  by_estimate: boolean;
  /** Its cause is a limit by how long requests waited: what the server had counted is not known. */
  by_waiting: boolean;
}

/** A frame of one of the inputs, as Wireshark numbers it. */
interface ReportFrame {
  file: string;
  frame: number;
}

/** What is said of a server. */
interface ReportVerdict {
  cause: string;
  confidence: number;
  sentence: string;
  evidence_for: string[];
  evidence_against: string[];
  not_shown: string[];
  /** Share of the attempts that were not served at once which the cause explains; null where it claims none. */
  explains: number | null;
  /** What explains the rest, most first. */
  also: ReportAlso[];
}

/** One way in which IOS might count to its limit. */
interface ReportCountingModel {
  counts: "attempts" | "syns" | "accepts" | "requests";
  /** `rearmed` and `fixed_rearmed`: rolling and fixed, but begun anew after each pause. */
  window: "rolling" | "fixed" | "rearmed" | "fixed_rearmed";
  /** The count when each pause began. */
  at_onset: number[];
  /** At or above the limit at every pause, and nowhere above it without one. */
  fits: boolean;
  /** The limit was reached at most pauses as long as its own, and hardly ever passed without one. */
  stands: boolean;
  /** In how many windows the limit was passed while the server went on answering. */
  over_without_pause: number;
}

/** Limit, window and pause as the capture suggests them. */
interface ReportEstimate {
  limit: number | null;
  window: number | null;
  /** Seconds: the range that fits all pauses. */
  pause: [number, number] | null;
  sentence: string;
  /** A second count that fits as well: it begins anew after each pause. */
  limit_anew: number | null;
}

/** Open connections against a limit. */
interface ReportConcurrency {
  peak: number;
  peak_time: string;
  /** For which 5 (the default of IOS) or more were open. */
  seconds_at_5: number;
  /** For which `settings.max_connections` or more were open. */
  seconds_at_limit: number;
}

/** Without the GetNextCACert requests that got an error. */
interface ReportCounterfactual {
  peak: ReportPeak | null;
  requests_left_out: number;
  /** Of all exchanges of the server. */
  share: number;
  below_limit: boolean;
}

/** Clients that poll in step. */
interface ReportSynchronisation {
  /** That poll periodically: three polls or more. */
  clients: number;
  period: number | null;
  /** Length of the mean phase vector, 0 (spread) to 1 (all at once). */
  concentration: number | null;
}

/** How many attempts came at least so far, and why the others came no farther. */
interface ReportLadder {
  /** A SYN was seen. */
  dialled: number;
  /** The handshake was answered. */
  accepted: number;
  /** A whole request was sent and acknowledged. */
  asked: number;
  /** The first byte of a response was there. */
  answered: number;
  /** No HTTP or SCEP error, and not pending. */
  succeeded: number;
  /** Attempts of which the capture does not show why they came no farther. */
  unknown: number;
  /** By reason: `silence`, `reset`, `icmp`, `otherwise`, `no_request`, `not_delivered`, `no_response`, `error`, `pending`. */
  fell: Record<string, number>;
}

/** A server that is not watched, by its packets. */
interface ReportElsewhere {
  ip: string;
  port: number;
  /** To it and from it. */
  packets: number;
  /** To it. */
  syn_packets: number;
  /** From it. */
  synacks: number;
  /** From it. */
  resets: number;
}

/** How often a server was asked for an operation, by label and response code. */
interface ReportOperation {
  server: string;
  operation: string;
  ca_identifier: string | null;
  /** HTTP response code; null: no response is in the capture. */
  status: number | null;
  count: number;
  clients: number;
  first: string;
  last: string;
}

/** One of the top talkers, as in the table `clients`. */
interface ReportClient {
  client_ip: string;
  server_ip: string;
  server_port: number;
  attempts: number;
  established: number;
  unanswered: number;
  refused: number;
  exchanges: number | null;
  errors: number | null;
  poll_period: number | null;
  first: string | null;
  last: string | null;
  operations: string | null;
  poll_spread: number | null;
  routers: number | null;
  network: string | null;
}

/** One judgement with its evidence. */
interface ReportFinding {
  /** Names the kind of finding (docs/findings.md), with the server after an `@` where several have it. */
  id: string;
  severity: "info" | "notice" | "warning" | "critical";
  title: string;
  explanation: string;
  server: string | null;
  /** By name: docs/findings.md says what each is. */
  figures: Record<string, string | number | null>;
  frames: ReportFrame[];
  /** A Wireshark filter that selects exactly the frames cited, in the file that the first of them names. */
  display_filter: string | null;
  /** 1: observed; below: inferred. */
  confidence: number;
  not_shown: string[];
  remedy: string[];
  start: string | null;
  end: string | null;
}

/** What the PKI traffic says beyond single exchanges. */
interface ReportPki {
  certificates: ReportCertificate[];
  certificates_seen: number;
  capabilities: ReportCapabilities[];
  requesters: number;
  requesters_renewing: number;
  transactions: number;
  transactions_rejected: number;
  transactions_polling: number;
  messages: number;
  unread: number;
  damaged_certificates: number;
  not_kept: number;
  rollover: ReportRollover[];
}

/** A certificate that a server gave. */
interface ReportCertificate {
  role: "ca" | "ra" | "shadow";
  ca_identifier: string | null;
  subject: string;
  issuer: string;
  serial: string;
  not_before: string;
  not_after: string;
  key: string;
  fingerprint: string;
  self_signed: boolean;
  count: number;
  first: ReportPlace;
}

/** Where something was seen. */
interface ReportPlace {
  connection: number;
  file: string | null;
  frame: number | null;
  time: string | null;
}

/** An answer to GetCACaps. */
interface ReportCapabilities {
  status: number;
  keywords: string[];
  ca_identifier: string | null;
  count: number;
  first: ReportPlace;
}

/** The rollover of one server's CA: timers, dates and remedy. */
interface ReportRollover {
  server: string;
  verdict: "inside_window" | "assumed" | "outside_window" | "no_window" | "expired" | "shadow_exists" | "no_errors";
  sentence: string;
  share: number | null;
  /** N of `auto-rollover N`: the least that closes the window. */
  overlap_days: number | null;
  overlap_basis: string;
  /** The number is only a lower bound: no command to type. */
  overlap_bound: boolean;
  assumptions: string[];
  misfits: string[];
  unproven: string[];
  /** How long before the CA's expiry the first request failed. */
  lead_seconds: number | null;
  window_from: string | null;
  window_to: string | null;
  ca_expiry: string | null;
  timers: ReportTimers;
  load: ReportStuckClients | null;
  remedy: ReportStep[];
  window: ReportWindow | null;
}

/** Durations in seconds, auto_enroll in percent; null: nothing says it. */
interface ReportTimers {
  ca_lifetime: ReportTimerSource | null;
  lifetime: ReportTimerSource | null;
  auto_enroll: ReportTimerSource | null;
  overlap: ReportTimerSource | null;
}

/** A timer, and what says it. */
interface ReportTimerSource {
  value: number;
  source: string;
  assumed: boolean;
}

/** The load that clients make which poll in vain. */
interface ReportStuckClients {
  clients: number;
  period: number;
  limit: number;
  per_minute: number;
  most_clients: number;
  least_period: number;
}

/** Commands for one device. */
interface ReportStep {
  device: string;
  commands: string[];
  changes: string;
  /** What `<days>` in a command has to be, where only a bound of it is known. */
  days: string | null;
}

/** The window of errors that the timers make. */
interface ReportWindow {
  length_seconds: number;
  affected_from_seconds: number;
  affected_to_seconds: number;
  closing_overlap_seconds: number;
  closing_percent: number | null;
}

/** What was read beside the captures, and what it says; null: nothing was given. */
interface ReportEvidence {
  account: ReportAccountedFile[];
  netflow: ReportNetflow | null;
  logs: ReportLogs | null;
  configuration: ReportConfiguration | null;
}

/** A file that was read beside the captures, and how much of it was understood. Empty lines do not count. */
interface ReportAccountedFile {
  /** By which it was given: `--config`, `--log` or `--netflow`. */
  option: string;
  path: string;
  /** Of flows: records. */
  lines: number;
  understood: number;
  not_understood: number;
  /** The most frequent kinds of lines that were not understood: their first words, and how many. */
  kinds: ((string | number)[])[];
  /** Devices that the file names. */
  whose: string[];
  warning: string | null;
}

/** What flows say. */
interface ReportNetflow {
  files: ReportFlowFile[];
  servers: ReportFlowServer[];
  minutes: ReportFlowMinutes;
  comparison: ReportFlowComparison | null;
}

/** A file with flows. */
interface ReportFlowFile {
  path: string;
  format: string;
  exporters: string[];
  records: number;
  /** Of watched ports. */
  kept: number;
  malformed: number;
  warnings: string[];
}

/** A server as flows show it; attempts are dials, by the time of their first packet. */
interface ReportFlowServer {
  ip: string;
  port: number;
  attempts: number;
  established: number;
  half_open: number;
  unanswered: number;
  refused: number;
  undetermined: number;
  midstream: number;
  clients: number;
  /** False: the flows have no date, and what only a date would tell is null. */
  dated: boolean;
  first_time: string | null;
  last_time: string | null;
  peak_accepted_60s: ReportPeak | null;
  peak_minute: ReportPeakMinute | null;
  minutes_over_limit: number | null;
  first_over_limit: string | null;
  verdict: ReportVerdict;
}

/** Columns: a row is a server and a minute. */
interface ReportFlowMinutes {
  /** Index into `servers`. */
  server: number[];
  minute: string[];
  attempts: number[];
  accepted: number[];
  unanswered: number[];
  refused: number[];
  over_limit: boolean[];
}

/** Flows held against the capture, where both were given. */
interface ReportFlowComparison {
  both: number;
  only_capture: number;
  only_flows: number;
  /** How far the exporter's clock is ahead of the capture's. */
  clock_offset: number | null;
}

/** What logs and debugs say. */
interface ReportLogs {
  files: ReportLogFile[];
  clocks: ReportLogClock[];
  /** Every stretch of every clock, in their order; null: nothing ties the clock to the capture. */
  skews: (ReportSkew | null)[];
  /** Records by whose stamp is their time: `device`, `relay`, `before`, `none`. */
  stamped_by: Record<string, number>;
  requests: ReportLoggedRequests[];
  /** Records by kind. */
  counts: Record<string, number>;
  /** Lines by `FACILITY-severity-MNEMONIC`. */
  messages: Record<string, number>;
  records_seen: number;
  /** The first of them. */
  records: ReportLogRecord[];
}

/** A file of logs or debugs. */
interface ReportLogFile {
  path: string;
  lines: number;
  /** Of its first clock, as the last. */
  first: string | null;
  last: string | null;
}

/** A clock by which lines of a log are stamped: that of a device, or the relay's. */
interface ReportLogClock {
  /** Index into `files`. */
  file: number;
  /** Null: nothing names it. */
  device: string | null;
  relay: boolean;
  records: number;
  /** Of these, those that stand on no place of the capture's time axis. */
  not_placed: number;
  first: string | null;
  last: string | null;
  zones: string[];
  zone_known: boolean;
  /** The configuration that says what its zones are. */
  zones_from: string | null;
}

/** How far a clock of the logs is ahead of the capture's, in a stretch of its lines. */
interface ReportSkew {
  /** Index into `clocks`. */
  clock: number;
  offset: number;
  spread: number;
  /** That agree. */
  pairs: number;
  /** That do not: of other stretches, or of none. */
  pairs_apart: number;
  method: string;
  /** Null: the clock has one stretch. */
  first_line: number | null;
  last_line: number | null;
  /** Seconds that it gains in a second, from `reference` on. */
  drift: number;
  reference: string | null;
  sentence: string;
}

/** Requests that a server says it received. */
interface ReportLoggedRequests {
  device: string | null;
  requests: number;
  /** Calendar minutes with a request, by its own clock; null: nothing tells the day. */
  minutes: string[] | null;
  /** Parallel to `minutes`. */
  received: number[];
}

/** A line of a log, or a debug with the lines that belong to it. */
interface ReportLogRecord {
  kind: string;
  /** By the clock of the log. */
  time: string | null;
  /** `device`, `relay`, `before` (the stamp of the line before, to which it belongs); null: no time. */
  stamped_by: string | null;
  /** By the clock of the capture; null: nothing ties the two, or not surely. */
  capture_time: string | null;
  /** Index into `files`. */
  file: number;
  line: number;
  text: string;
  mnemonic: string | null;
}

/** What configuration and show output say, by kind; times as text, durations in seconds. */
interface ReportConfiguration {
  files: ReportConfigurationFile[];
  /** The least `ip http max-connections` of a device whose HTTP server the clients talk to. */
  max_connections: number | null;
  /** Of each server, the worst first. */
  ownership: ReportOwnership[];
}

/** A file of configuration or show output. */
interface ReportConfigurationFile {
  path: string;
  lines: number;
  ignored: number;
  /** Lines that are log messages, which `--log` reads. */
  messages: number;
  damaged_certificates: number;
}

/** What of the configuration belongs to one server. */
interface ReportOwnership {
  /** Null: without a capture, the CA that the configuration itself shows. */
  server: string | null;
  /** Distinguished name of the CA that issues to its clients. */
  ca_name: string | null;
  belongs: ReportTie[];
  /** Given, and not used. */
  does_not_belong: ReportTie[];
  /** Certificate servers above the issuing one. */
  above: string[];
  /** Sources that contradict each other. */
  conflicts: string[];
}

/** A piece of configuration, and why it belongs to a server, or does not. */
interface ReportTie {
  /** Like `certificate server CA`. */
  piece: string;
  path: string;
  line: number;
  /** Host name; null: the lines stand under none. */
  device: string | null;
  reason: string;
}

/** A table, column by column. Of more than 50,000 rows some are here: failures first. */
interface ReportEmbeddedTable {
  /** Of the whole table. */
  rows: number;
  /** Of it that are here. */
  shown: number;
  columns: Record<string, (string | number | boolean | null)[]>;
}

/** What charts count, over all rows, where tables are cut. */
interface ReportEveryRow {
  clients: string[];
  outcomes: string[];
  operations: string[];
  connections: ReportEveryConnection;
  exchanges: ReportEveryExchange;
}

/** Columns: a value for every connection, in the order of their numbers. */
interface ReportEveryConnection {
  /** Whole milliseconds since 1970. */
  start: number[];
  /** Index into `servers` of the document. */
  server: number[];
  /** Index into `clients`. */
  client: number[];
  /** Index into `outcomes`. */
  outcome: number[];
  syn_packets: number[];
  /** 0 `dialled`, 1 `accepted`, 2 `asked`, 3 `answered`, 4 `succeeded`; -1: no attempt, or not known. */
  rung: number[];
  /** 0 `silence`, 1 `reset`, 2 `icmp`, 3 `otherwise`, 4 `no_request`, 5 `not_delivered`, 6 `no_response`, 7 `error`, 8 `pending`; -1: it succeeded, or the capture cannot tell. */
  fell: number[];
}

/** Columns: a value for every exchange, in the order of the table; -1 for what is not there. */
interface ReportEveryExchange {
  connection: number[];
  /** Whole milliseconds since 1970: of the request, or of the response where there is no request. */
  asked: number[];
  /** Index into `operations`; -1: not SCEP. */
  operation: number[];
  status: number[];
  /** Whole microseconds. */
  latency: number[];
}
