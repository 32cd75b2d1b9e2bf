"""The bench as a picture."""

from benchmarks import reach
from benchmarks.timing import ratio
from utils import new_figure

MARKS = {"kit": "o", "PyTorch": "s", "torch.compile": "D", "scikit-learn": "^", "JAX": "v"}


def draw(results, path):
    """Write a PNG: an epoch of each topology as multiples of the floor, a panel a batch size."""
    batches = sorted(reach.FLOOR)
    fig, axes = new_figure(columns=len(batches), height=4.2)
    for ax, batch in zip(axes, batches):
        rows = [one for one in results if one["batch"] == batch]
        names = list(dict.fromkeys(one["layers"] for one in rows))
        for number, (way, mark) in enumerate(MARKS.items()):
            points = [(ratio(one["seconds"], way, "floor"), names.index(one["layers"]))
                      for one in rows if way in one["seconds"]]
            if points:
                ax.plot([x for x, _ in points],
                        [y + 0.14 * (number - 2) for _, y in points], mark, label=way,
                        color=f"C{number}", markersize=5, alpha=0.7)
        ax.axvline(1, color="black", linewidth=0.8)
        ax.axvline(reach.FLOOR[batch], color="black", linewidth=0.8, linestyle=":")
        ax.set(xscale="log", xlim=(0.6, 20), title=f"batch {batch}", xlabel="times the floor",
               yticks=range(len(names)), yticklabels=names)
        ax.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"], minor=False)
        ax.set_xticks([], minor=True)
        ax.invert_yaxis()
        ax.grid(alpha=0.3)
    handles = {line.get_label(): line for ax in axes for line in ax.lines
               if line.get_label() in MARKS}
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(MARKS),
               frameon=False)
    fig.suptitle("One epoch of training; gathering, matrix products and updates alone take 1. A "
                 "mark each for float64, float32,\nwithout and with momentum. Dotted: what the "
                 "kit is to reach.", fontsize=10)
    fig.savefig(path, format="png")
