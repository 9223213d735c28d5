"""YAML 1.2 with the line of every entry; codes keep their zeros, equal keys are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Entry:
    """A value in a YAML file and the line on which it stands.

    Attributes
    ----------
    value : object
        None, bool, int, float, str, a list of Entry, or a dict of str to Entry.
    line : int
        Line of the file, from 1.
    """

    value: Any
    line: int

    def bare(self) -> Any:
        """The value without lines, all the way down."""
        if isinstance(self.value, dict):
            return {key: entry.bare() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.bare() for entry in self.value]
        return self.value


def read_yaml(path: Path) -> Entry:
    """Read a YAML file.

    Raises
    ------
    InputError
        With file and line, where it cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        advice = said("Check the name and that you may read it.")
        problem = said("the file cannot be opened")
        raise InputError([Complaint(str(path), 0, "", "", problem, advice)]) from None
    except UnicodeDecodeError:
        problem, advice = said("the text cannot be decoded"), said("Save it as UTF-8.")
        raise InputError([Complaint(str(path), 0, "", "", problem, advice)]) from None
    if not text:
        advice = said("Write it again, or leave the option out.")
        raise InputError([Complaint(str(path), 0, "", "", said("the file is empty (0 bytes)"), advice)])
    return _parse(text, str(path))


def _parse(text: str, file: str) -> Entry:
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = said("no YAML: {reason}", reason=error.problem or error.context)
        advice = said("Indent with spaces, and put text with a colon in quotation marks.")
        raise InputError([Complaint(file, line, "", "", problem, advice)]) from None
    except (YAMLError, RecursionError):
        advice = said("Save it as plain text without control characters and without deep nesting.")
        raise InputError([Complaint(file, 0, "", "", said("no YAML"), advice)]) from None
    if node is None:
        return Entry({}, 1)
    wrong: list[Complaint] = []
    entry = _entry(node, file, wrong)
    if wrong:
        raise InputError(wrong)
    return entry


def _entry(node: Node, file: str, wrong: list[Complaint]) -> Entry:
    line = node.start_mark.line + 1
    if node.anchor:
        advice = said("Write the value out in each place.")
        problem = said("anchors are not understood")
        wrong.append(Complaint(file, line, "", f"&{node.anchor}", problem, advice))
        return Entry(None, line)
    if isinstance(node, MappingNode):
        return Entry(_keys(node, file, wrong), line)
    if isinstance(node, SequenceNode):
        return Entry([_entry(child, file, wrong) for child in node.value], line)
    quoted = isinstance(node, ScalarNode) and node.style is not None
    return Entry(_scalar(str(node.value), quoted), line)


def _keys(node: MappingNode, file: str, wrong: list[Complaint]) -> dict[str, Entry]:
    out: dict[str, Entry] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            problem, advice = said("a key that is no plain text"), said("Write one word.")
            wrong.append(Complaint(file, line, "", "", problem, advice))
        elif key in out:
            advice = said("Keep one of them; the first stands on line {line}.", line=out[key].line)
            wrong.append(Complaint(file, line, key, "", said("the key occurs twice"), advice))
        else:
            out[key] = Entry(_entry(value_node, file, wrong).value, line)
    return out


def _scalar(text: str, quoted: bool) -> Any:
    """The value of a plain word; quoted text and codes with leading zeros stay text."""
    if quoted:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text) and any(c.isdigit() for c in text):
        return float(text) if set(text) & set(".eE") else int(text)
    return text
