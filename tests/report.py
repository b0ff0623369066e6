#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/report.py DIR

Holds the files of one report against strict parsers and against each other: the same counts and
the same verdict must come out of every format. Prints one line for each thing that is wrong.
"""
import json
import re
import sys
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

import yaml

WORDS = {"pass": "Pass", "fail": "FAIL", "disabled": "Disabled", "skip": "Skip", "error": "Error",
         "none": "Error"}
VOID = {"meta", "link", "input", "br", "img"}
wrong = []


def hold(condition, what):
    if not condition:
        wrong.append(what)


class Page(HTMLParser):
    """Tags close in order, ids are unique, every #link has its target, nothing is loaded."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.text, self.scripts = [], [], [], [], 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        hold("src" not in attrs, f"report.html: <{tag}> loads {attrs.get('src')}")
        hold(not any(a.startswith("on") for a in attrs), f"report.html: a handler on <{tag}>")
        href = attrs.get("href", "")
        if tag == "a":
            self.links.append(href)
        elif tag == "link":
            hold(href.startswith("data:"), f"report.html: <link> loads {href}")
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        hold(self.open and self.open[-1] == tag, f"report.html: </{tag}> closes {self.open[-1:]}")
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def check_junit(path, outcomes, levels):
    root = xml.fromstring(read(path))
    for key in "tests", "failures", "errors":
        hold(int(root.get(key)) == sum(int(s.get(key)) for s in root), f"junit.xml: {key}")
    for suite in root:
        cases = suite.findall("testcase")
        hold(int(suite.get("tests")) == len(cases), "junit.xml: tests of a suite")
        for key, tag in ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"):
            hold(int(suite.get(key)) == sum(c.find(tag) is not None for c in cases),
                 f"junit.xml: {key} of {suite.get('name')}")
        hold(round(float(suite.get("time")) * 1000) ==
             sum(round(float(c.get("time")) * 1000) for c in cases), "junit.xml: time")
    named = {c.get("name"): c for s in root[1:] for c in s.findall("testcase")}
    hold(set(named) == set(outcomes), "junit.xml: not one case for each requirement")
    for name, case in named.items():
        hold((case.find("failure") is not None) == (outcomes[name] == "fail" and levels[name]),
             f"junit.xml: {name}")
    return int(root.get("failures"))


def check_tap(text, outcomes):
    points = {}
    lines = text.split("\n")
    plan = re.fullmatch(r"1\.\.([0-9]+)( # SKIP .*)?", lines[1])
    hold(lines[0] == "TAP version 14" and plan, "results.txt: version and plan do not come first")
    for line in lines[2:]:
        point = re.match(r"(not )?ok ([0-9]+) - ([^ ]+)(?: # (TODO|SKIP)\b.*)?$", line)
        if point:
            hold(int(point[2]) == len(points) + 1, f"results.txt: number {point[2]}")
            points[point[3]] = (not point[1], point[4])
    hold(len(points) == int(plan[1]), "results.txt: not as many points as planned")
    hold(set(points) == set(outcomes), "results.txt: not one point for each requirement")
    for block in re.findall(r"^  ---\n(.*?)^  \.\.\.$", text, re.S | re.M):
        hold(set(yaml.safe_load(block)) >= {"requirement", "expected", "observed", "repeat"},
             "results.txt: a block")
    return sum(not ok and directive != "TODO" for ok, directive in points.values())


def main(path):
    outcomes = dict(line.split("\t") for line in read(f"{path}/verdicts.tsv").splitlines())
    results = yaml.safe_load(read(f"{path}/results.yaml"))
    product = yaml.safe_load(read(f"{path}/PRODUCT.yaml"))
    ctrf = json.loads(read(f"{path}/ctrf.json"))
    json.loads(read(f"{path}/environment.json"))
    hold(list(outcomes) == sorted(outcomes, key=str.encode), "verdicts.tsv: not sorted")
    hold(isinstance(results["config"]["version"], str), "results.yaml: version is no string")
    hold(all(isinstance(v, str) for v in product.values()), "PRODUCT.yaml: a value is no string")
    requirements = results["requirements"]
    hold({k: WORDS[v] for k, v in outcomes.items()} == {k: v["status"] for k, v in
                                                        requirements.items()}, "results.yaml")
    for group in "apis", "data":
        hold(set(results[group].values()) <= set(WORDS.values()), f"results.yaml: {group}")
    decides = {k: v["decides"] for k, v in requirements.items()}
    failed = sum(o == "fail" and decides[k] for k, o in outcomes.items())
    hold(check_junit(f"{path}/junit.xml", outcomes, decides) == failed, "junit.xml: failures")
    undecided = sum(o in ("error", "none") for o in outcomes.values())
    hold(check_tap(read(f"{path}/results.txt"), outcomes) == failed + undecided, "results.txt")
    summary = ctrf["results"]["summary"]
    hold(ctrf["reportFormat"] == "CTRF" and summary["failed"] == failed, "ctrf.json: failed")
    hold(summary["tests"] == len(outcomes) == sum(summary[k] for k in (
        "passed", "failed", "skipped", "pending", "other")), "ctrf.json: counts")
    hold(summary["extra"]["verdict"] == results["result"]["verdict"], "ctrf.json: verdict")
    page = Page()
    page.feed(read(f"{path}/report.html"))
    page.close()
    hold(not page.open, f"report.html: not closed: {page.open}")
    hold(len(page.ids) == len(set(page.ids)), "report.html: an id twice")
    hold(page.scripts == 1, "report.html: scripts")
    for link in page.links:
        hold(not link.startswith("#") or link[1:] in page.ids, f"report.html: no {link}")
    told = "All tests passed" in "".join(page.text)
    hold(not told or set(outcomes.values()) <= {"pass", "disabled"}, "report.html: not all passed")
    for line in wrong:
        print(f"{path}: {line}")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1]))
