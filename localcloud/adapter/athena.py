"""Results of queries."""

from typing import Any


def result_files_where_athena_says(athena: Any) -> None:
    """Puts a query's result where AWS does, which is where clients download it.

    ministack makes <location>/<id>.csv a folder, and takes a location without a slash at its end
    for the beginning of the name.
    """
    start, save, executions = (
        athena._start_query_execution,
        athena._save_query_results,
        athena._executions,
    )

    def start_with_slash(data: dict[str, Any]) -> Any:
        location = data.get("ResultConfiguration", {}).get("OutputLocation", "")
        if location and not location.endswith("/"):
            configuration = {**data["ResultConfiguration"], "OutputLocation": f"{location}/"}
            data = {**data, "ResultConfiguration": configuration}
        return start(data)

    async def save_beside(query_id: str) -> None:
        configuration = executions.get(query_id)["ResultConfiguration"]
        file = configuration["OutputLocation"]
        configuration["OutputLocation"] = file.removesuffix(f"{query_id}.csv")
        try:
            await save(query_id)
        finally:
            configuration["OutputLocation"] = file

    athena._start_query_execution = start_with_slash
    athena._save_query_results = save_beside
