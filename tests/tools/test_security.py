"""How the reports of the security tools are read; `make security` runs the tools themselves."""

from pathlib import Path

from tools import security

AUDIT = {
    "dependencies": [
        {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2", "3"]}]},
        {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
        {"name": "c", "version": "1", "vulns": []},
        {"name": "d", "skip_reason": "not found"},
    ]
}


def test_a_vulnerability_says_what_mends_it() -> None:
    assert list(security._vulnerabilities(AUDIT)) == [
        "a 1: PYSEC-1, mended in 2, 3",
        "b 1: PYSEC-2, mended in no version",
    ]


def test_a_package_of_which_nothing_is_known_is_not_taken_as_safe() -> None:
    assert security._unaudited(AUDIT) == "the index knows nothing of 1 of 4 packages"
    assert security._unaudited({"dependencies": AUDIT["dependencies"][:3]}) == ""


def test_checkov_names_the_resource_and_its_own_rule() -> None:
    failed = {
        "file_path": "/t.json",
        "resource": "Bucket",
        "check_id": "CKV_1",
        "check_name": "Log",
    }
    report = {"results": {"failed_checks": [failed]}, "summary": {"passed": 2, "skipped": 1}}
    assert list(security._checkov(report)) == ["/t.json: Bucket: CKV_1 Log"]
    assert security._checks(report) == "2 checks passed, 1 have a reason"


def test_secrets_are_told_by_file_and_line_and_never_shown() -> None:
    report = {"results": {"a.py": [{"line_number": 3, "type": "AWS Access Key", "secret": "x"}]}}
    assert list(security._secrets(report)) == ["a.py:3: AWS Access Key"]


def test_every_tool_has_a_pinned_version() -> None:
    lines = (security.PROJECT / "requirements-security.txt").read_text().splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert pinned == {tool.name for tool in security._tools(Path("templates"))}
