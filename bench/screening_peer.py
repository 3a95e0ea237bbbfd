"""nomenklatura's logic-v2 in a virtual environment of its own: scores what it is told to.

Run by ``bench.screening`` with that environment's Python. A line in: ``{"schema", "name",
"candidates": [[schema, [name, …]], …]}``; a line out: ``{"scores": […], "cpu_s": …}``, the
processor time from what is told of each entity to its score.
"""

import json
import sys
import time
from itertools import count


def main() -> None:
    from followthemoney import EntityProxy, model
    from nomenklatura import __version__
    from nomenklatura.matching import LogicV2

    config = LogicV2.default_config()

    ids = count()  # it remembers the names of an entity by its id

    def entity(schema: str, names: list[str]) -> EntityProxy:
        return EntityProxy.from_dict(
            {"id": f"e{next(ids)}", "schema": schema, "properties": {"name": names}}
        )

    assert model is not None
    print(json.dumps({"nomenklatura": __version__}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        started = time.process_time()
        query = entity(told["schema"], [told["name"]])
        listed = [entity(schema, names) for schema, names in told["candidates"]]
        scores = [LogicV2.compare(query, one, config).score for one in listed]
        spent = time.process_time() - started
        print(json.dumps({"scores": scores, "cpu_s": spent}), flush=True)


if __name__ == "__main__":
    main()
