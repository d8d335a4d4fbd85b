"""Enforced IAM: queries of Athena and tables of Glue."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.enforced_iam import BUCKET, PLACE
from worlds.iam_world import IamWorld, Person, allow, not_allowed, refusal
from worlds.waiting import until


@pytest.fixture(scope="module")
def table(world: IamWorld) -> str:
    world.owner.client("s3").put_object(Bucket=BUCKET, Key="table/part.csv", Body=b"1\n2\n")
    glue = world.owner.client("glue")
    glue.create_database(DatabaseInput={"Name": "base"})
    storage = {
        "Columns": [{"Name": "n", "Type": "int"}],
        "Location": f"s3://{BUCKET}/table/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde"},
    }
    glue.create_table(
        DatabaseName="base", TableInput={"Name": "numbers", "StorageDescriptor": storage}
    )
    return "numbers"


def query(person: Person, sql: str = "SELECT count(*) FROM numbers") -> tuple[str, dict[str, Any]]:
    athena = person.client("athena")
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "base"},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
    )
    identity = started["QueryExecutionId"]
    status = until(
        lambda: athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"],
        lambda status: status["State"] in ("SUCCEEDED", "FAILED"),
    )
    return identity, status


def test_a_query_reads_and_writes_with_the_rights_of_its_caller(
    world: IamWorld, table: str
) -> None:
    group = allow("athena:*", on=f"arn:aws:athena:{PLACE}:workgroup/primary")
    catalog = [f"arn:aws:glue:{PLACE}:{name}" for name in ("catalog", "database/base")]
    tables = [*catalog, f"arn:aws:glue:{PLACE}:table/base/{table}"]
    steps = [
        ("glue:GetDatabase", allow("glue:GetDatabase", on=catalog)),
        ("glue:GetTable", allow("glue:GetTable", "glue:GetPartitions", on=tables)),
        ("s3:ListBucket", allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}")),
        ("s3:GetObject", allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/table/*")),
        ("s3:GetBucketLocation", allow("s3:GetBucketLocation", on=f"arn:aws:s3:::{BUCKET}")),
        ("s3:PutObject", allow("s3:PutObject", on=f"arn:aws:s3:::{BUCKET}/results/*")),
    ]
    person, given = world.person(group), [group]
    for action, statement in steps:
        _, status = query(person)
        assert status["State"] == "FAILED"
        assert f"is not authorized to perform: {action} on" in status["StateChangeReason"]
        given.append(statement)
        world.permit(person.role, *given)
    identity, status = query(person)
    assert status["State"] == "SUCCEEDED"
    athena = person.client("athena")
    with pytest.raises(ClientError) as caught:
        athena.get_query_results(QueryExecutionId=identity)
    file = f'"arn:aws:s3:::{BUCKET}/results/{identity}.csv"'
    message = not_allowed(person, "s3:GetObject", file)
    assert refusal(caught.value) == ("AccessDeniedException", message)
    given.append(allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/results/*"))
    world.permit(person.role, *given)
    rows = athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "2"}]


def test_a_statement_on_the_catalog_requires_permissions_on_its_table(
    world: IamWorld, table: str
) -> None:
    person = world.person(allow("athena:*", on=f"arn:aws:athena:{PLACE}:workgroup/primary"))
    _, status = query(person, f"DESCRIBE base.{table}")
    assert status["State"] == "FAILED"
    assert "is not authorized to perform: glue:GetDatabase on" in status["StateChangeReason"]


def test_a_table_belongs_to_a_database_and_a_catalog(world: IamWorld, table: str) -> None:
    base = f"arn:aws:glue:{PLACE}"
    person = world.person(allow("glue:GetTable", on=[f"{base}:catalog", f"{base}:table/base/*"]))
    with pytest.raises(ClientError) as caught:
        person.client("glue").get_table(DatabaseName="base", Name=table)
    message = not_allowed(person, "glue:GetTable", f"{base}:database/base")
    assert refusal(caught.value) == ("AccessDeniedException", message)
