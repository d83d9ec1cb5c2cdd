# SPDX-License-Identifier: MIT
"""What a benchmark prints: one JSON object a line, for each of its cases."""
import json
import math
import subprocess
import sys

LESS_IS_BETTER = {'us', 'us/frame', 'MiB'}
KEYS = ['bench', 'case', 'unit', 'ours', 'peer', 'ratio']


def run(bench, units, command):
    """Runs it; its lines are those of units, a dict of case and unit. Returns them and its talk."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    sys.stderr.write(done.stderr)
    assert done.returncode == 0, done.returncode
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        assert list(line) == KEYS and line['bench'] == bench, line
    assert {line['case']: line['unit'] for line in lines} == units, done.stdout
    assert len(lines) == len(units), done.stdout
    return lines, done.stderr


def check_alone(line):
    """There is nothing to compare with."""
    assert line['peer'] is None and line['ratio'] is None, line


def check_pair(line):
    """Both figures are there, and ratio is above 1 where ours is better."""
    assert line['ours'] > 0 and line['peer'] > 0, line
    better = line['ours'] / line['peer']
    if line['unit'] in LESS_IS_BETTER:
        better = 1 / better
    assert math.isclose(line['ratio'], better, rel_tol=0.02), line
