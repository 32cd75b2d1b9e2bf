"use strict";
// Draws the answer, its marks and the dialogs. A student's text comes in as text, or as HTML that the
// server has made of listed elements only.

function render() {
  const one = S.state, item = S.aside ? null : S.items[S.at];
  $("title").textContent = one.name + (item ? `, ${item.number && S.list.slice(0, 4) !== "key:" ?
    `answer ${item.number} of ${S.items.length}` : one.part}` : "");
  $("state").textContent = one.state + (item && item.busy ? `; ${item.busy} looks at it` : "");
  $("part").textContent = one.part;
  $("answer").innerHTML = S.answer.html;
  if (!S.answer.html) $("answer").append(make("p", "There is no answer in words.", {className: "quiet"}));
  $("bare").textContent = S.answer.bare;
  $("bare-box").hidden = !S.answer.bare;
  renderNotes();
  $("figures").replaceChildren(...listFigures().map((figure, at) => {
    const image = make("img", [], {src: "figure/" + figure.id, alt: `figure ${at + 1} of the answer`});
    const button = make("button", image, {type: "button", onclick: () => zoom(at)});
    return make("figure", [button, make("figcaption", figure.caption)]);
  }));
  $("model").innerHTML = S.guide.model;
  $("errors").innerHTML = S.guide.errors;
  $("model-box").hidden = !S.guide.model;
  $("errors-box").hidden = !S.guide.errors;
  $("together-box").hidden = !one.alike.length;
  $("together").checked = true;
  $("together-words").textContent = one.untouched ?
    `also ${count(one.alike.length, "other")} without an answer` :
    `also ${count(one.alike.length, "other")} with the same answer`;
  $("comment").value = S.draft.comment;
  $("offered").replaceChildren(...one.offered.map((words, at) => make(
    "button", (at < 9 ? `${at + 1}  ` : "") + words, {type: "button", onclick: () => take(at)})));
  $("scripts-box").open = Boolean(one.why_open);
  showScripts().catch(() => 0);
  renderOthers();
  renderCode();
  renderElements();
  $("left").scrollTop = $("right").scrollTop = 0;
}

function renderNotes() {
  const one = S.state, found = [];
  if (one.why_open) found.push(note("Open: " + one.why_open, true));
  if (one.untouched) found.push(note("No answer was written: 0 points are filled in. Enter confirms."));
  if (one.waits && !one.old) found.push(note(one.waits, true));
  if (one.old) found.push(...describeOld(one.old));
  for (const words of S.answer.claims) found.push(note(words, true));
  for (const row of S.answer.numbers.filter(row => !row.agrees))
    found.push(note(`${row.name}: reported ${row.reported}, the code gives ${row.own}`, true));
  if (one.blind) found.push(note("Another person has marked this. You see the mark after you have given yours."));
  $("notes").replaceChildren(...found);
}

// The mark before, and what has changed in the answer and its figures since.
function describeOld(old) {
  const found = [note(
    `The hand-in has changed since it was marked. Before: ${count(old.points, "point")}, ` +
    `by ${old.marker || "nobody named"}: ${old.comment || "no comment"}`, true)];
  const figures = [[old.figures.length, "is gone, and stands last here", "are gone, and stand last here"],
                   [old.new, "is new", "are new"]].filter(([number]) => number).map(
    ([number, one, several]) => `${count(number, "figure")} ${number === 1 ? one : several}`);
  if (figures.length) found.push(note(figures.join("; ") + ".", true));
  if (!old.difference) return found;
  if (old.difference.every(([kind]) => kind === "same")) return [...found, note("The words are the same.")];
  const words = old.difference.map(([kind, text]) =>
    kind === "same" ? text : make(kind === "new" ? "ins" : "del", text, {className: kind}));
  return [...found, make("details", [make("summary", "The difference in words"), make("pre", words)], {open: true})];
}

// The figures of the answer, and after them those that are gone since it was marked.
function listFigures() {
  const gone = S.state.old ? S.state.old.figures : [];
  return [...S.answer.figures, ...gone.map(one => ({...one, caption: "before: " + one.caption}))];
}

function renderOthers() {
  const one = S.state, found = one.others.map(mark => note(
    `${mark.marker || "nobody named"}: ${count(mark.points, "point")}${tellLost(mark)}` +
    `${mark.final ? ", final" : ""}. ${mark.comment}`, one.waits.includes("differ")));
  if (one.comment && one.comment !== S.draft.comment)
    found.push(note("The student reads: " + one.comment));
  $("others").replaceChildren(...found);
  $("final").hidden = !one.waits.includes("differ");
}

// The numbers of the elements that a mark does not give in full.
function tellLost(mark) {
  const lost = S.guide.elements.map((one, at) => ((mark.elements || {})[one.words] || 0) < 1 ? at + 1 : 0);
  return mark.elements && lost.some(Boolean) ? `, without ${lost.filter(Boolean).join(", ")}` : "";
}

function renderCode() {
  const rows = S.state.code.map(part => make("li", [
    `${part.part}: ${part.points === null ? "open" : points(part.points)} of ${part.possible}` +
    (part.by_person ? `, by a person: ${part.reason} ` : " "),
    make("button", "change", {type: "button", onclick: () => openAside(part.where),
                              ariaLabel: `change the points of ${part.part}`})]));
  const checks = S.answer.checks.map(one => make("li", `${one.state}: ${one.title}. ${one.words}`));
  $("code").replaceChildren();
  if (rows.length) $("code").append(make("h3", "By code in this subtask"), make("ul", rows));
  if (checks.length) $("code").append(make("ul", checks, {className: "quiet"}));
}

async function showScripts() {
  const key = S.state && S.state.where[0];
  const name = key + S.state.seen;
  if (!key || !$("scripts-box").open || S.scripts === name) return;
  S.scripts = name;
  $("scripts").replaceChildren();
  const scripts = await ask("code", query(S.state.where));
  if (S.scripts !== name) return;
  $("scripts").replaceChildren(...scripts.flatMap(([name, text]) => [make("h3", name), make("pre", text, {tabIndex: 0})]));
  if (!scripts.length) $("scripts").append(make("p", "No code was taken in.", {className: "quiet"}));
}

function renderElements() {
  const boxes = S.guide.elements.map((one, at) => {
    const share = (S.draft.elements || {})[one.words] || 0;
    const box = make("input", [], {type: "checkbox", checked: share > 0, onchange: () => tick(at, 1)});
    box.indeterminate = share > 0 && share < 1;
    const label = make("label", [box, make("kbd", String(at + 1)), make("span", one.words, {className: "words"}),
                                 make("b", share && share < 1 ? `½ of ${one.points}` : String(one.points))]);
    const parts = [label];
    if (one.comment || S.open === at) parts.push(makeElementComment(one, at));
    return make("div", parts, {className: "element" + (share === 1 ? " full" : share ? " half" : "")});
  });
  $("elements").replaceChildren(...boxes);
  $("points").textContent = `${points(sum())} of ${points(S.state.possible)}`;
  $("own-words").textContent = boxes.length ? "Points instead" : "Points";
  const typed = S.draft.points !== null && document.activeElement !== $("own-points");
  if (typed) $("own-points").value = points(S.draft.points);
  else if (S.draft.points === null) $("own-points").value = "";
}

function makeElementComment(one, at) {
  const input = make("input", [], {value: one.comment, maxLength: 400, id: "element-comment-" + at,
                                   ariaLabel: `comment for all who lost: ${one.words}`});
  input.placeholder = "a comment for all who lost this";
  input.onchange = async () => {
    await send("comment", {item: S.state.where, element: one.words, text: input.value});
    one.comment = input.value;
    S.open = null;
  };
  return make("div", input, {className: "more"});
}

// ------------------------------------------------------------------------------------ dialogs

function zoom(at) {
  const figures = S.state ? listFigures() : [], figure = figures[at];
  if (!figure) return $("zoom").close();
  $("zoomed").src = "figure/" + figure.id;
  $("zoomed").alt = `figure ${at + 1} of the answer`;
  $("zoom-words").textContent = `${figure.caption}; figure ${at + 1} of ${figures.length}`;
  $("zoom").at = at;
  if (!$("zoom").open) $("zoom").showModal();
}

async function showOverview() {
  await loadWork();
  const work = S.work, table = (heads, rows) => make("table", [
    make("thead", make("tr", heads.map(words => make("th", words, {scope: "col"})))),
    make("tbody", rows.map(row => make("tr", row.map(cell => make("td", cell)))))]);
  const parts = [table(["question", "answers", "marked", "left", "by you", "for you to mark twice"],
    work.questions.map(one => [make("button", one.title, {type: "button", onclick: () => {
      $("overview").close();
      run(() => openList(one.name));
    }}), `${one.all}`, `${one.done}`, one.done < one.all ? make("b", `${one.all - one.done}`) : "✓",
      `${one.mine}`, one.twice ? make("b", `${one.twice}`) : ""]))];
  const several = work.differences.sort((a, b) => b.waits - a.waits), differ = several.filter(one => one.waits);
  if (several.length) parts.push(make("h3", `Marked by several persons: ${several.length}; to be decided: ${differ.length}`), table(
    ["hand-in", "part", "marks", ""], several.map(one => [one.name, one.part,
      one.marks.map(mark => `${mark.marker || "nobody named"} ${points(mark.points)}`).join(", "),
      one.waits ? make("button", "decide", {type: "button", ariaLabel: `decide ${one.name}, ${one.part}`, onclick: () => {
        $("overview").close();
        openDifference(one).catch(() => 0);
      }}) : "settled"])));
  if (work.resums.length) parts.push(
    make("h3", "The guide gives other points now"), table(["hand-in", "part", "marker", "before", "after"],
      work.resums.map(one => [one.name, one.part, one.marker, points(one.before), points(one.after)])),
    make("button", "Sum all of these anew", {type: "button", onclick: async () => {
      await send("resum", {});
      await showOverview();
    }}));
  $("overview-content").replaceChildren(...parts);
  if (!$("overview").open) $("overview").showModal();
}
