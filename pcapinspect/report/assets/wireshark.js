/* Text to paste: Wireshark display filters and shell commands. */

/* A word for a POSIX shell: in single quotes, so that nothing in a file name is run or expanded. */
function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/* A file as an argument: never taken for an option. */
function fileWord(path) {
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

function framesFilter(frames) {
  const numbers = [...new Set(frames)].sort((a, b) => a - b);
  return numbers.length === 1 ? `frame.number == ${numbers[0]}` : `frame.number in {${numbers.join(", ")}}`;
}

/* All packets of a connection. With one capture file by Wireshark's stream number; with several by addresses and ports,
   since each file has its own stream numbers. */
function connectionFilter(connections, row, files) {
  const stream = connections.value("tcp_stream", row);
  if (files === 1 && stream !== null) return `tcp.stream eq ${stream}`;
  const client = connections.value("client_ip", row);
  const server = connections.value("server_ip", row);
  const layer = client.includes(":") ? "ipv6" : "ip";
  const ports = `tcp.port == ${connections.value("client_port", row)} && tcp.port == ${connections.value("server_port", row)}`;
  return `${layer}.addr == ${client} && ${layer}.addr == ${server} && ${ports}`;
}

function clientFilter(client) {
  return `${client.includes(":") ? "ipv6" : "ip"}.addr == ${client}`;
}

function tsharkCommand(path, filter) {
  return `tshark -r ${fileWord(path)} -Y ${shellWord(filter)}`;
}

function wiresharkCommand(path, frame) {
  return `wireshark -r ${fileWord(path)} -g ${frame}`;
}

/* Frames by file, from [{file, frame}] whose file is a path. */
function byFile(frames) {
  const found = new Map();
  for (const { file, frame } of frames) {
    if (frame === null || file === null) continue;
    if (!found.has(file)) found.set(file, []);
    found.get(file).push(frame);
  }
  return found;
}
