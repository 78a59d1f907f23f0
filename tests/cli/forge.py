"""A forge as far as the workflow of scenarios/ci needs one: it runs the steps of jobs in their shells, each job in a directory of its own."""

import os
import re
import shutil
import subprocess

import yaml

ALWAYS = "${{ always() }}"


def path_with_stubs(directory):
    """PATH for what is run: which packages are installed is not the matter."""
    directory.mkdir(parents=True)
    for name, text in (("apt-get", "exit 0"), ("dpkg-query", "echo 'install ok installed'")):
        (directory / name).write_text(f"#!/bin/sh\n{text}\n")
        (directory / name).chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


class Forge:
    """`repositories`: a directory for each name that checkout may be given, None for the workflow's own. `changes`: of its `env`."""

    def __init__(self, directory, workflow, repositories, changes):
        self.directory, self.repositories = directory, repositories
        self.workflow = yaml.safe_load(workflow.read_text())
        self.env = {**self.workflow["env"], **changes}
        self.artifacts, self.caches, self.read = directory / "artifacts", directory / "caches", {}
        self.path = path_with_stubs(directory / "bin")
        self.caches.mkdir()

    def expressions(self, text, values):
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: str(values[m.group(1)]), text)

    def restore(self, place, given):
        """What saves it when the job has ended."""
        cache = self.caches / given["key"]
        if cache.exists():
            shutil.copytree(cache, place / given["path"])
            return lambda: None
        return lambda: shutil.copytree(place / given["path"], cache)

    def use(self, step, place, values):
        action, given = step["uses"].rsplit("@", 1)[0], {k: self.expressions(str(v), values) for k, v in step.get("with", {}).items()}
        if action == "actions/checkout":
            shutil.copytree(self.repositories[given.get("repository")], place / given.get("path", "."), dirs_exist_ok=True)
        elif action == "actions/cache":
            return self.restore(place, given)
        elif action == "actions/upload-artifact":
            if (place / given["path"]).exists(): # else it warns
                shutil.copytree(place / given["path"], self.artifacts / given["name"])
        elif action == "actions/download-artifact":
            for artifact in self.artifacts.glob(given["pattern"]):
                shutil.copytree(artifact, place / given["path"] / artifact.name)
        else: # it reads a file of the verdict
            self.read[action] = place / given.get("report_paths", given.get("sarif_file"))
        return lambda: None

    def run_shell(self, step, place, values):
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["sh", "-e"]
        script = self.directory / "step"
        script.write_text(self.expressions(step["run"], values))
        env = {**os.environ, **self.env, "PATH": self.path, "NO_COLOR": "1", "GITHUB_STEP_SUMMARY": f"{place}.md"}
        done = subprocess.run([*shell, script], cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        self.said[place.name] += done.stdout
        return done.returncode

    def run_job(self, job, name, values):
        """The exit code of the step that failed, 0 for none."""
        place, failed, ends = self.directory / name, 0, []
        place.mkdir()
        self.said[name] = ""
        values = {**values, "hashFiles('natsim/**')": "hash", **{f"env.{k}": v for k, v in self.env.items()}}
        for step in job["steps"]:
            assert set(step) <= {"name", "run", "uses", "with", "shell", "if", "continue-on-error"} and step.get("if", ALWAYS) == ALWAYS
            if failed and "if" not in step:
                continue
            if "uses" in step:
                ends.append(self.use(step, place, values))
            else:
                failed = self.run_shell(step, place, values) or failed
        for end in ends:
            end()
        return failed

    def run(self):
        """The exit codes of the jobs of the matrix, and of the verdict's."""
        self.said = {}
        part, verdict = self.workflow["jobs"]["part"], self.workflow["jobs"]["verdict"]
        parts = part["strategy"]["matrix"]["part"]
        assert parts == list(range(len(parts))) and (verdict["needs"], verdict["if"]) == ("part", ALWAYS)
        codes = [self.run_job(part, f"part-{n}", {"matrix.part": n, "strategy.job-total": len(parts)}) for n in parts]
        return codes, self.run_job(verdict, "verdict", {})
