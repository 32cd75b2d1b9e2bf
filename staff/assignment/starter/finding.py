"""Finds what the checks ask for in the loaded scripts: by its name, or by what it is."""

import inspect
import re

from adapter.calls import describe_blank
from adapter.notes import note

SUBTASKS = {"SoftmaxModel": "2b", "SoftmaxTrainer": "2c", "pre_process_images": "2a"}
# what something is, if no file has the name: words in its own name, fewest and most arguments
WORDS = {"pre_process_images": ("pre_?proc|normali[sz]e_?im|standardi[sz]e", 1, 4),
         "cross_entropy_loss": ("entropy|loss|xent", 2, 2),
         "one_hot_encode": ("one_?hot|encode", 1, 2),
         "calculate_accuracy": ("acc", 3, 3),
         "batch_loader": ("batch", 3, 6)}
OTHER = "plot|print|show|draw|save|test|grad"    # words in names of other functions
UNUSUAL = "base|abstract|momentum"      # words in names of classes beside the usual one
METHODS = {"SoftmaxModel": ("forward", "backward"), "SoftmaxTrainer": ("train_step",)}
DEFINES = r"(?m)^\s*(?:def|class)\s+{}\b"


class Finder:
    """Finds objects in modules.

    modules: {name: module}, in order.
    broken:  {name: (its text, its SyntaxError)} of scripts that are not Python.
    list_sources: a function that gives the scripts from which a task's notebooks import a name.
    """

    def __init__(self, modules, broken, list_sources):
        self.modules, self.broken, self.taken = modules, broken, {}
        self.list_sources = list_sources

    def find(self, name, *tasks):
        """The object of a name, preferably another one that the scripts of these tasks use.

        If there is none, raises the error of a script that defines it and is not Python, or says
        that it is not written.
        """
        usual = self.find_usual(name)
        for task in tasks:
            for one in self.list_used(name, task):
                if one is not usual:
                    return one
        if usual is not None:
            return usual
        if script := self.find_broken(name):
            raise self.broken[script][1].with_traceback(None)
        blank = describe_blank(SUBTASKS.get(name, "0"), f"{name} stands in none of the files")
        blank.name = name       # the grader looks whether this is so
        raise blank

    def find_usual(self, name):
        """The object of a name that task2.py uses, or else of the first script that defines it.

        None if there is none.
        """
        holders = self.list_holders(name)
        used = [one for one in holders if one is self.modules.get("task2")]
        defining = [one for one in holders if is_defined_in(one.__dict__[name], one)]
        if holders:
            return (used or defining or holders)[0].__dict__[name]
        if self.find_broken(name):
            return None
        found = choose_one(self.list_alike(name, self.modules.values()))
        if found is not None:
            note(f"{name} stands in none of the files: {found.__name__} was taken for it")
            self.taken[name] = found.__name__
        return found

    def find_broken(self, name):
        """The script that is not Python and defines a name; None if there is none."""
        pattern = re.compile(DEFINES.format(name).encode())
        return next((script for script, (text, _) in self.broken.items()
                     if pattern.search(text)), None)

    def list_holders(self, name):
        """The modules that have a name, not from what was supplied in place of a broken script."""
        return [one for one in self.modules.values() if name in one.__dict__
                and getattr(one.__dict__[name], "__module__", "") not in self.broken]

    def list_used(self, name, task):
        """The objects that the scripts of a task have under this name, or in its place."""
        scripts = [one for key, one in self.modules.items() if key.startswith(task)]
        sources = [self.modules[script] for script in self.list_sources(name, task)
                   if script in self.modules]
        return [one.__dict__[name] for one in (*scripts, *sources) if name in one.__dict__] \
            + self.list_alike(name, scripts)

    def list_alike(self, name, modules):
        """The functions or classes of modules that are what the name stands for."""
        found = [value for module in modules for value in list(module.__dict__.values())
                 if is_defined_in(value, module) and is_alike(value, name)]
        return [one for one in found if one.__name__ not in SUBTASKS or one.__name__ == name]

    def list_momentum_trainers(self, usual):
        """The other classes of trainers that are named by momentum."""
        return [one for one in self.list_alike("SoftmaxTrainer", self.modules.values())
                if "momentum" in one.__name__.lower() and one is not usual]

    def name_taken(self, name):
        """The name in the scripts for what the checks call so."""
        return self.taken.get(name, name)


def choose_one(alike):
    """The only one; or the class from which others inherit that are not for momentum. Or None."""
    named = [one for one in alike if not isinstance(one, type)
             or not re.search(UNUSUAL, one.__name__, re.IGNORECASE)] or alike
    return next((one for one in named if len(named) == 1 or isinstance(one, type)
                 and all(isinstance(other, type) and issubclass(other, one) for other in named)),
                None)


def is_defined_in(value, module):
    """Whether a function or a class was defined in a module, and not imported there."""
    return getattr(value, "__module__", "") == module.__name__


def is_alike(value, name):
    """Whether a function or a class is what the name stands for."""
    if name in METHODS:
        return isinstance(value, type) and all(callable(getattr(value, one, None))
                                               for one in METHODS[name])
    words, least, most = WORDS.get(name, ("$^", 1, 0))
    if not inspect.isfunction(value) or re.search(OTHER, value.__name__, re.IGNORECASE) or \
            not re.search(words, value.__name__, re.IGNORECASE):
        return False
    required = [one for one in inspect.signature(value).parameters.values()
                if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD]
    count = len(inspect.signature(value).parameters)
    return len(required) <= most and count >= least and (
        name != "batch_loader" or inspect.isgeneratorfunction(value))
