"""Speed: the processor time of the classic suite, and no allocation for a packet."""

import os
import re
import resource
import shutil
import subprocess
import sys

import pytest

from conftest import NATSIM, SANITIZED, two_nats

# Counts calls that take memory and says the number at exit; the programs' own allocator does the work.
COUNTER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
static atomic_ulong calls;
void *malloc(size_t n) { calls++; return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { calls++; return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { calls++; return __libc_realloc(p, n); }
static void say(const char *who)
{
    char text[64];
    const char *path = getenv("COUNT_TO");
    FILE *f = path != NULL ? fopen(path, "a") : NULL;
    if (f == NULL)
        return;
    snprintf(text, sizeof text, "%s %lu\n", who, (unsigned long)calls);
    fputs(text, f);
    fclose(f);
}
__attribute__((destructor)) static void at_exit(void) { say("parent"); }
/* Workers leave without destructors. */
void _exit(int code)
{
    void (*leave)(int) = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
    say("worker");
    leave(code);
    __builtin_unreachable();
}
"""


def processor_seconds(cwd, *args):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([NATSIM, *args], cwd=cwd, check=True, capture_output=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_kib(cwd, *args):
    """The largest process of a run: with workers that hold one case each, the one that collects."""
    return int(subprocess.run([sys.executable, "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2);"
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", NATSIM, *args],
                              cwd=cwd, check=True, capture_output=True, text=True, timeout=120).stdout)


@pytest.mark.skipif(SANITIZED, reason="sanitizers cost memory")
def test_memory_hardly_grows_with_the_number_of_cases(tmp_path):
    """A hundred times as many: a brief of each is kept, some hundred bytes."""
    few = peak_kib(tmp_path, "run", "classic", "--capture", "none", "--jobs", "1")
    many = peak_kib(tmp_path, "run", "classic", "--seeds", "1..100", "--capture", "none", "--jobs", "1")
    print(f"25 cases {few} KiB, 2,500 cases {many} KiB")
    assert many - few < 4096


@pytest.mark.skipif(SANITIZED, reason="sanitizers cost time")
def test_25_cells_with_captures_and_reports_take_less_than_a_second(tmp_path):
    seconds = min(processor_seconds(tmp_path, "run", "classic", "--jobs", jobs) for jobs in ("1", "2"))
    print(f"classic: {seconds:.3f} s of processor time")
    assert seconds < 0.5


def test_stats_agree_with_the_system(natsim, tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = natsim("run", "classic", "--stats")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    [said] = re.findall(r"^25 cases, \d+ packets at taps, (\d+\.\d{3}) s of processor time$", run.out, re.M)
    real = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert 0 < float(said) <= real + 0.01


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    if SANITIZED:
        pytest.skip("the sanitizer has an allocator of its own")
    base = tmp_path_factory.mktemp("counter")
    (base / "counter.c").write_text(COUNTER)
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "counter.c", "-o", "counter.so", "-ldl"], cwd=base, check=True)
    return base / "counter.so"


def allocations(counter, tmp_path, name, datagrams, left, right, path, capture):
    """What the worker takes for one case with so many datagrams each way."""
    steps = "".join(f"  - {{at: 3s, send: {{from: {a}, to: {b}, bytes: 200, count: {datagrams}, interval: 1ms}}}}\n" for a, b in ("LR", "RL"))
    text = two_nats(left, right, path=path, steps=steps)
    (tmp_path / f"{name}.yaml").write_text(text)
    counts = tmp_path / f"{name}.counts"
    shutil.copy(counter, tmp_path)
    subprocess.run([NATSIM, "run", f"{name}.yaml", "--jobs", "1", "--capture", capture, "--out", name], cwd=tmp_path, check=True, capture_output=True, timeout=120,
                   env={**os.environ, "LD_PRELOAD": "./counter.so", "COUNT_TO": str(counts)})
    [worker] = [int(line.split()[1]) for line in counts.read_text().splitlines() if line.startswith("worker")]
    return worker


@pytest.mark.parametrize("left, right, path", [("full-cone", "full-cone", "direct"), ("symmetric", "symmetric", "relayed"), ("none", "none", "direct")])
@pytest.mark.parametrize("capture", ["none", "all"])
def test_ten_times_the_packets_take_no_more_allocations(counter, tmp_path, left, right, path, capture):
    few = allocations(counter, tmp_path, "few", 1_000, left, right, path, capture)
    many = allocations(counter, tmp_path, "many", 10_000, left, right, path, capture)
    print(f"{left}/{right}: {few} allocations with 1000 datagrams each way, {many} with 10000")
    # What grows, grows by doubling (the capture's bytes, its records, the trace): three or four steps each.
    assert many - few < 40, (few, many)
