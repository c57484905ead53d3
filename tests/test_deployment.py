"""Dockerfile, compose file and proxy: checked without a container engine, by what they say and by running it."""

import json
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from service.app import create_app
from service.settings import PREFIX, Settings, load_settings
from service.settings_table import settings_rows, settings_table
from tests.conftest import ROOT
from tests.served import environment
from tests.service.conftest import serving

DEPLOY = ROOT / "service" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
PORT = "8000"


def instructions():
    """Give the Dockerfile's instructions per stage, as pairs of name and value."""
    stages = []
    with (ROOT / "Dockerfile").open("rb") as file:
        for entry in DockerfileParser(fileobj=file).structure:
            if entry["instruction"] == "FROM":
                stages.append([])
            if entry["instruction"] != "COMMENT":
                stages[-1].append((entry["instruction"], entry["value"]))
    return stages


BUILD, FINAL = instructions()


def values(stage, name):
    return [value for instruction, value in stage if instruction == name]


def ignored(path):
    """Say whether .dockerignore keeps a top-level name away from the build: the last line that fits decides."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    verdict = False
    for line in lines:
        if line and not line.startswith("#") and fnmatch(path, line.removeprefix("!")):
            verdict = not line.startswith("!")
    return verdict


def test_all_that_the_build_copies_is_there_and_let_through():
    sources = [name for value in values(BUILD, "COPY") for name in value.split()[:-1]]
    assert set(sources) == {"pyproject.toml", "requirements.lock", "README.md", "LICENSE", "models", "service"}
    assert all((ROOT / name).exists() and not ignored(name) for name in sources)


@pytest.mark.parametrize("name", [".git", ".venv", "build", "tests", "training", "keys.json", ".env"])
def test_nothing_else_of_this_folder_gets_into_the_build(name):
    assert ignored(name)


def test_every_installation_is_checked_against_the_hashes_of_the_lock():
    lines = [part.strip() for run in values(BUILD, "RUN") for part in run.split("&&")]
    installs = [line for line in lines if re.search(r"\b(pip install|uv build)\b", line)]
    wheel = [line for line in installs if "--no-deps /dist/*.whl" in line]
    assert (len(installs), len(wheel)) == (4, 1)
    assert all(
        "--require-hashes" in line and ("requirements.lock" in line or "uv.txt" in line)
        for line in installs
        if line not in wheel
    )


def test_only_what_serving_needs_is_installed():
    extras = [extra for run in values(BUILD, "RUN") for extra in re.findall(r"--extra (\w+)", run)]
    assert extras == ["serve"]


def test_the_final_stage_has_no_build_tools_and_is_not_root():
    assert values(FINAL, "COPY") == ["--from=build /opt/weerklank /opt/weerklank"]
    (run,) = values(FINAL, "RUN")
    assert "pip uninstall" in run
    assert "install " not in run.replace("uninstall ", "")
    names = [name for name, _ in FINAL]
    (user,) = values(FINAL, "USER")
    assert all(part.isdigit() and int(part) > 0 for part in user.split(":"))
    assert names.index("USER") > names.index("RUN")


def test_the_image_begins_with_the_installed_command():
    assert json.loads(values(FINAL, "ENTRYPOINT")[0]) == ["weerklank"]
    command = json.loads(values(FINAL, "CMD")[0])
    assert command == ["serve", "--host", "0.0.0.0", "--port", PORT]  # noqa: S104 - inside the container
    assert values(FINAL, "EXPOSE") == [PORT]


def healthy(port):
    """Run the image's health check on a port of this machine."""
    options, _, command = values(FINAL, "HEALTHCHECK")[0].partition("CMD")
    assert "--start-period" in options
    program, flag, code = json.loads(command)
    assert (program, flag, code.count(PORT)) == ("python", "-c", 1)
    return (
        subprocess.run(
            [sys.executable, flag, code.replace(PORT, str(port))],
            capture_output=True,
            env=environment(http_proxy="http://127.0.0.1:9"),
            check=False,
        ).returncode
        == 0
    )


def test_the_health_check_tells_a_ready_server_from_one_that_is_not(tagger):
    app = create_app(tagger, Settings())
    with serving(app) as address:
        port = address.rsplit(":", 1)[1]
        assert healthy(port)
        app.state.leaving = True
        assert not healthy(port)
    assert not healthy(port)


def test_both_containers_can_write_nowhere_and_do_little():
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert all("noexec" in mount for mount in service["tmpfs"])
    assert "cap_add" not in COMPOSE["services"]["weerklank"]


def test_the_service_is_reached_through_the_proxy_only_and_reaches_nothing():
    service, proxy = COMPOSE["services"]["weerklank"], COMPOSE["services"]["proxy"]
    assert "ports" not in service
    assert service["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert set(proxy["networks"]) == {"inside", "outside"}
    assert proxy["depends_on"] == {"weerklank": {"condition": "service_healthy"}}
    assert f"reverse_proxy weerklank:{PORT}" in CADDYFILE
    assert "{$WEERKLANK_DOMAIN}" in CADDYFILE
    assert "WEERKLANK_DOMAIN" in proxy["environment"]


def test_what_the_compose_file_names_exists():
    context = COMPOSE["services"]["weerklank"]["build"]["context"]
    assert (DEPLOY / context).resolve() == ROOT
    mounts = [mount for service in COMPOSE["services"].values() for mount in service["volumes"]]
    assert all((DEPLOY / mount.split(":")[0]).is_file() for mount in mounts if mount.startswith("."))
    assert {mount.split(":")[0] for mount in mounts if not mount.startswith(".")} == set(COMPOSE["volumes"])


def test_the_settings_of_the_compose_file_are_settings():
    given = COMPOSE["services"]["weerklank"]["environment"]
    load_settings({name: str(value) for name, value in given.items()})


def test_every_variable_of_the_compose_file_is_documented():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    assert [name for name in named if name not in readme] == []


def test_the_key_is_taken_out_of_what_the_proxy_logs():
    assert "request>headers delete" in CADDYFILE


def test_the_table_of_settings_holds_each_with_its_meaning():
    rows = settings_rows()
    assert [variable for variable, _, _ in rows] == [PREFIX + name.upper() for name in Settings.model_fields]
    assert all(what.endswith(".") for _, _, what in rows)
    assert len(settings_table().splitlines()) == len(rows) + 2
    assert str(ROOT) not in settings_table()


def test_the_commands_at_the_head_of_the_compose_file_name_it():
    head = (DEPLOY / "compose.yaml").read_text(encoding="utf-8").split("name: weerklank")[0]
    commands = [shlex.split(found.split("   ")[0]) for found in re.findall(r"docker compose .*", head)]
    assert len(commands) == 3
    assert all(command[2:4] == ["-f", "service/deploy/compose.yaml"] for command in commands)
