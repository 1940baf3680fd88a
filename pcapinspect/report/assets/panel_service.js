/* How far attempts came: a bar a rung, and beside those that reached it the others, by the reason for which they did not. */

/* Attempts by rung that they reached, and of the others by rung that they missed and reason. */
function serviceOf(data, rows) {
  const { rung: rungs, fell: fells } = data.every.connections;
  const reached = RUNGS.map(() => 0);
  const missed = RUNGS.map(() => ({}));
  for (const row of rows) {
    if (rungs[row] < 0) continue;
    for (let rung = 0; rung <= rungs[row]; rung++) reached[rung] += 1;
    if (rungs[row] + 1 === RUNGS.length) continue;
    const why = FELLS[fells[row]] ?? "unknown";
    const cell = missed[rungs[row] + 1];
    cell[why] = (cell[why] || 0) + 1;
  }
  return { reached, missed };
}

function drawService(data, view) {
  const { reached, missed } = serviceOf(data, view.rows.connections);
  const [dialled] = reached;
  if (!dialled) return nothing("No attempt in this selection.");
  const places = RUNGS.map((_, place) => place);
  const layout = baseLayout(view.colors, 300);
  layout.barmode = "stack";
  layout.yaxis = axis(view.colors, "", { tickmode: "array", tickvals: places, ticktext: RUNGS, autorange: "reversed" });
  layout.xaxis = countAxis(view.colors, "attempts", dialled);
  const bar = (name, look, counts, words) =>
    bars(name, look, counts, places, 0.7, view.colors, {
      orientation: "h",
      hovertext: places.map((place) => `<b>${RUNGS[place]}</b><br>${count(counts[place])} ${words}`),
    });
  const traces = [bar("came so far", OUTCOMES.established, reached, "came so far")];
  const total = {};
  for (const cell of missed) for (const [why, n] of Object.entries(cell)) total[why] = (total[why] || 0) + n;
  const whys = Object.keys(total).sort((a, b) => total[b] - total[a]);
  for (const why of whys) {
    const counts = missed.map((cell) => cell[why] || 0);
    traces.push(bar(FELL_MARKS[why].label, FELL_MARKS[why], counts, FELL_MARKS[why].label));
  }
  const succeeded = reached[RUNGS.length - 1];
  const reasons = whys.map((why) => `${count(total[why])} ${FELL_MARKS[why].label}`).join(", ");
  return {
    traces,
    layout,
    sentence: `${count(succeeded)} of ${plural(dialled, "attempt")} got what they came for (${percent(succeeded, dialled)}).${reasons ? ` The others: ${reasons}.` : ""}`,
    table: {
      caption: "Attempts by how far they came",
      head: ["rung", "came so far", "of all", "did not come to it for"],
      rows: places.map((place) => [
        RUNGS[place],
        reached[place],
        percent(reached[place], dialled),
        Object.entries(missed[place])
          .map(([why, n]) => `${count(n)} ${FELL_MARKS[why].label}`)
          .join(", "),
      ]),
    },
  };
}
