"use strict";
// What each key does, and the start.

const KEYS = {
  a: () => tickAll(true), 0: () => tickAll(false), u: undo, s: switchStudent, z: () => zoom(0),
  c: () => $("comment").focus(), p: () => { $("own-points").focus(); $("own-points").select(); },
  e: openElementComment, d: openNextDifference, o: openCode, v: showOverview, "?": () => $("help").showModal(),
  k: () => { $("scripts-box").open = !$("scripts-box").open; },
  m: () => { $("model-box").open = !$("model-box").open; },
  n: () => { $("names").checked = !$("names").checked; return changeNames(); },
  t: () => { $("together").checked = !$("together").checked; },
  f: () => $("final").hidden ? null : save({final: true}),
  "[": () => openNextQuestion(-1), "]": () => openNextQuestion(1), Enter: () => save(),
  ArrowLeft: () => S.at > 0 && !S.aside ? show(S.at - 1) : null,
  ArrowDown: () => scroll(0.15), ArrowUp: () => scroll(-0.15), " ": () => scroll(0.8),
  PageDown: () => scroll(0.8), PageUp: () => scroll(-0.8),
  ArrowRight: () => S.at + 1 < S.items.length && !S.aside ? show(S.at + 1) : null,
};

// The answer, or with Shift the other side, by a share of its height.
function scroll(share) {
  const side = $(S.shift ? "right" : "left");
  side.scrollBy(0, share * side.clientHeight);
}

async function switchStudent() {
  if (!S.state) return;
  if (S.list.startsWith("key:")) return openList(S.before || S.work.questions[0].name, S.state.where);
  S.before = S.list;
  await openList("key:" + S.state.where[0], S.state.where);
}

function openElementComment() {
  const lost = S.guide ? S.guide.elements.findIndex(
    one => ((S.draft.elements || {})[one.words] || 0) < 1) : -1;
  if (lost < 0) return;
  S.open = lost;
  renderElements();
  $("element-comment-" + lost).focus();
}

async function changeNames() {
  await Promise.all([loadWork(), loadItems()]);
  if (S.state) await show(S.at);
}

async function run(action) {
  setBusy(1);
  try {
    await action();
  } catch (problem) {
    if ($("problem").hidden) complain(String(problem));
  } finally {
    setBusy(-1);
  }
}

function setBusy(change) {
  S.busy += change;
  document.body.setAttribute("aria-busy", String(S.busy > 0));
}

document.addEventListener("keydown", event => {
  const box = event.target, types = ["INPUT", "TEXTAREA", "SELECT"].includes(box.tagName) && box.type !== "checkbox";
  const inZoom = $("zoom").open && event.key.toLowerCase() === "z";
  if (inZoom) return run(() => zoom($("zoom").at + 1));
  if (document.querySelector("dialog[open]") || event.metaKey) return;
  if (types) return pressInBox(event, box);
  if (S.busy) return event.preventDefault();      // no key is for an answer that is not there yet
  if (event.key === "Escape" && S.aside) return run(closeAside);
  if (event.ctrlKey || event.altKey || event.isComposing) return;
  if ([" ", "Enter"].includes(event.key) && ["BUTTON", "SUMMARY"].includes(box.tagName) ||
      event.key === " " && box.type === "checkbox") return;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && (event.shiftKey || event.key === digit[1])) {
    event.preventDefault();
    return tick(digit[1] - 1, event.shiftKey ? 0.5 : 1);
  }
  S.shift = event.shiftKey;
  const action = KEYS[event.key] || KEYS[event.key.toLowerCase()];
  if (!action || event.repeat && event.key === "Enter") return;
  event.preventDefault();
  run(action);
});

function pressInBox(event, box) {
  if (event.key === "Escape") box.blur();
  else if (event.key === "Enter" && box.tagName === "INPUT" && box.id === "own-points" ||
           event.key === "Enter" && event.ctrlKey) run(() => save());
  else if (event.key === "Enter" && box.tagName === "INPUT") box.blur();
  else if (event.altKey && /^Digit[1-9]$/.test(event.code) && box.id === "comment")
    run(() => take(event.code.slice(5) - 1));
  else return;
  event.preventDefault();
}

function start() {
  $("save").onclick = () => run(() => save());
  $("undo").onclick = () => run(undo);
  $("final").onclick = () => run(KEYS.f);
  $("previous").onclick = () => run(KEYS.ArrowLeft);
  $("next").onclick = () => run(KEYS.ArrowRight);
  $("scripts-box").ontoggle = () => run(showScripts);
  $("show-help").onclick = KEYS["?"];
  $("show-overview").onclick = () => run(showOverview);
  $("lists").onchange = () => { $("lists").blur(); run(() => openList($("lists").value)); };
  $("names").onchange = () => run(changeNames);
  $("marker").onchange = () => run(changeNames);
  $("own-points").onchange = () => { readOwnPoints(); keepDraft({}); };
  $("comment").onchange = () => { keepDraft({comment: $("comment").value}); };
  for (const button of document.querySelectorAll("dialog .close"))
    button.onclick = () => button.closest("dialog").close();
  $("overview").onclose = () => run(changeNames);
  run(async () => { await loadWork(); await openNextQuestion(); });
}

start();
