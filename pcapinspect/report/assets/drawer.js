/* The drawer: all that is known of one connection, exchange, client or pause, and the commands that open its packets. */

class Drawer {
  constructor(dialog, data, setFilter) {
    this.dialog = dialog;
    this.data = data;
    this.setFilter = setFilter;
    dialog.addEventListener("click", (press) => press.target === dialog && dialog.close());
  }

  open(title, ...content) {
    this.dialog.querySelector("h2").textContent = title;
    this.dialog.querySelector(".content").replaceChildren(...content);
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.querySelector(".content").scrollTop = 0;
  }

  row(name, row) {
    if (name === "connections") this.connection(row);
    else if (name === "exchanges") this.exchange(row);
    else if (name === "pauses") this.pause(this.data.pausesTable.value("pause", row));
    else this.plain(name, row);
  }

  connection(row) {
    const { connections, exchanges, exchangeConnection } = this.data;
    const number = connections.value("connection", row);
    const frames = ["first_frame", "answer_frame", "established_frame", "last_frame"].map((column) => ({
      file: connections.value("file", row),
      frame: connections.value(column, row),
    }));
    const own = [];
    for (let i = 0; i < exchanges.length; i++) if (exchangeConnection[i] === row) own.push(i);
    const list = own.map((i) =>
      element(
        "li",
        {},
        element(
          "button",
          { type: "button", class: "link", onclick: () => this.exchange(i) },
          `${exchanges.text("operation", i) || exchanges.text("method", i) || "exchange"} → ${statusText(exchanges.value("status", i))}, ${duration(exchanges.value("latency", i))}`,
        ),
      ),
    );
    const filter = connectionFilter(connections, row, this.data.document.inputs.length);
    this.open(
      `Connection ${number}: ${OUTCOMES[connections.value("outcome", row)].label}`,
      this.commands(filter, frames),
      this.narrow({ client: connections.value("client_ip", row) }),
      ...(list.length ? [element("h3", {}, "Exchanges"), element("ul", {}, ...list)] : []),
      element("h3", {}, "All fields"),
      this.fields(connections, row),
    );
  }

  exchange(row) {
    const { exchanges, exchangeConnection } = this.data;
    const frames = [
      { file: exchanges.value("request_file", row), frame: exchanges.value("request_frame", row) },
      { file: exchanges.value("response_file", row), frame: exchanges.value("response_frame", row) },
    ];
    const numbers = frames.filter(({ frame }) => frame !== null).map(({ frame }) => frame);
    const connection = exchangeConnection[row];
    const more =
      connection < 0
        ? []
        : [
            element(
              "p",
              {},
              element(
                "button",
                { type: "button", class: "link", onclick: () => this.connection(connection) },
                `Connection ${exchanges.value("connection", row)}`,
              ),
            ),
          ];
    this.open(
      `Exchange: ${exchanges.text("operation", row) || exchanges.text("method", row) || "unknown"} → ${statusText(exchanges.value("status", row))}`,
      this.commands(framesFilter(numbers), frames),
      this.narrow({
        client: exchanges.value("client_ip", row),
        operation: exchanges.value("operation", row),
        status: statusText(exchanges.value("status", row)),
      }),
      ...more,
      element("h3", {}, "All fields"),
      this.fields(exchanges, row),
    );
  }

  pause(number) {
    const pause = this.data.pauses[number - 1];
    const ends = pause.ends;
    const facts = [
      ["server", this.data.servers[pause.place]],
      ["last answer before", isoText(pause.last_answer)],
      ["first unanswered SYN", isoText(pause.first_unanswered)],
      ["last unanswered SYN", isoText(pause.last_unanswered)],
      ["next answer", isoText(pause.next_answer)],
      [
        "silent",
        `${duration(pause.silence_at_least)} to ${pause.silence_at_most === null ? "unknown" : duration(pause.silence_at_most)}`,
      ],
      ["cause", `${this.data.causes[pause.cause]}, confidence ${percent(pause.confidence, 1)}`],
    ];
    const list = (title, texts) =>
      texts.length
        ? [element("h3", {}, title), element("ul", {}, ...texts.map((text) => element("li", {}, text)))]
        : [];
    const table = element("dl", { class: "fields" });
    for (const [name, value] of facts) table.append(element("dt", {}, name), element("dd", {}, value));
    this.open(
      `Pause ${number}`,
      element("p", {}, `${pauseSentence(pause, this.data.view())}.`),
      table,
      this.commands(framesFilter(pause.frames.map(({ frame }) => frame)), pause.frames),
      this.narrow({
        from: Math.floor(ends.from) - BEFORE,
        to: Math.ceil(ends.to) + AFTER,
        server: this.data.servers[pause.place],
      }),
      ...list("Evidence for", pause.evidence_for),
      ...list("Evidence against", pause.evidence_against),
    );
  }

  plain(name, row) {
    const table = this.data[name];
    const client = name === "clients" ? table.value("client_ip", row) : null;
    const minute = name === "minutes" ? table.value("minute", row) : null;
    const parts = [];
    if (client)
      parts.push(
        this.copies([
          ["Wireshark filter", clientFilter(client)],
          ...this.data.document.inputs.map(({ path }) => [
            `tshark command, ${path}`,
            tsharkCommand(path, clientFilter(client)),
          ]),
        ]),
        this.narrow({ client }),
      );
    if (minute !== null) parts.push(this.narrow({ from: minute, to: minute + MINUTE - 1 }));
    this.open(name.replace(/s$/, ""), ...parts, this.fields(table, row));
  }

  /* Filters and commands, one set a file. */
  commands(filter, frames) {
    const groups = [...byFile(frames)];
    const several = groups.length > 1;
    const texts = groups.flatMap(([file, numbers]) => {
      const own = several ? framesFilter(numbers) : filter;
      const where = several ? `, ${file}` : "";
      return [
        [`Wireshark filter${where}`, own],
        [`tshark command${where}`, tsharkCommand(file, own)],
        [`open at frame ${numbers[0]}${where}`, wiresharkCommand(file, numbers[0])],
      ];
    });
    return this.copies(texts);
  }

  copies(texts) {
    const list = element("ul", { class: "copies" });
    for (const [label, text] of texts)
      list.append(element("li", {}, element("span", {}, label), element("code", {}, text), copyButton("Copy", text)));
    return list;
  }

  narrow(wanted) {
    const button = element(
      "button",
      {
        type: "button",
        onclick: () => {
          this.dialog.close();
          this.setFilter(wanted);
        },
      },
      `Filter the page by ${Object.keys(wanted)
        .filter((name) => wanted[name] && name !== "to")
        .map((name) => (name === "from" ? "its time" : name))
        .join(", ")}`,
    );
    return element("p", {}, button);
  }

  fields(table, row) {
    const list = element("dl", { class: "fields" });
    for (const column of table.names) {
      list.append(element("dt", {}, column), element("dd", {}, table.text(column, row) || "–"));
    }
    return list;
  }
}
