"""service/spark.py: a Spark cluster says of each comment what the local run says."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from models.errors import ArtefactMissing, InputError
from service.spark import tag_dataframe
from service.survey.batch import tag_batch
from service.survey.cluster import Cluster, spark_session
from service.survey.options import SurveyOptions
from service.survey.run import COMMENTS, REPORT, SUMMARY, TAGS, run_survey

# PySpark leaves the socket open through which it sends rows to Java.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning",
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
)
MASTER = "local-cluster[2,1,1024]"
ADDED = ["status", "reason", "tags", "toward", "against"]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    with spark_session(MASTER) as session:
        yield session


@pytest.fixture(scope="module")
def rows(complaints) -> list[dict]:
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    texts = [f"{one} {other}" for one, other in pairwise(sentences)]
    texts += [None, "", "ok", "Ich arbeite sehr gerne mit meinen Kollegen zusammen.", *texts[:40]]
    return [{"id": f"nr {i}", "tekst": text} for i, text in enumerate(texts)]


@pytest.fixture(scope="module")
def expected(rows, fast) -> dict[str, dict]:
    """What the local function says, by id."""
    batch = pa.RecordBatch.from_pylist([{"tekst": row["tekst"]} for row in rows])
    found = tag_batch(fast, batch, "tekst", "balanced").select(ADDED).to_pylist()
    return {row["id"]: {**row, **answer} for row, answer in zip(rows, found, strict=True)}


def frame(spark: SparkSession, rows: list[dict]) -> DataFrame:
    return spark.createDataFrame(pa.Table.from_pylist(rows))


def collected(df: DataFrame) -> dict[str, dict]:
    found = df.toArrow().to_pylist()
    assert len(found) == len({row["id"] for row in found})
    return {row["id"]: row for row in found}


def test_rows_are_those_of_the_local_run_though_partitions_differ_much_in_size(spark, rows, expected, accurate_folder):
    place = f.when(f.col("id") == "nr 3", 1).when(f.col("id") == "nr 4", 2).otherwise(0)
    uneven = frame(spark, rows).repartition(8, place)  # nearly all in one, some with one row, some empty
    tagged = tag_dataframe(uneven, "tekst", accurate_folder, profile="fast")
    assert tagged.columns == ["id", "tekst", *ADDED]
    assert collected(tagged) == expected


def test_the_rows_come_whole_when_an_executor_is_killed_mid_job(spark, rows, expected, accurate_folder):
    tagged = tag_dataframe(frame(spark, rows).repartition(24), "tekst", accurate_folder, profile="fast")
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(collected, tagged)
        status = spark.sparkContext.statusTracker()
        while not any(
            (stage := status.getStageInfo(number)) and 0 < stage.numCompletedTasks < stage.numTasks
            for number in status.getActiveStageIds()
        ):
            assert not job.done(), "the job ended before an executor could be killed"
            time.sleep(0.01)
        os.kill(executors()[0], signal.SIGKILL)
        assert job.result() == expected


def test_a_survey_run_on_the_cluster_writes_the_same_files(spark, rows, accurate_folder, tmp_path):
    file = tmp_path / "onderzoek.parquet"
    pq.write_table(pa.Table.from_pylist(rows), file)
    chosen = {"text_column": "tekst", "profile": "fast", "min_group": 5}
    run_survey(file, SurveyOptions(**chosen), tmp_path / "local", accurate_folder)
    on_spark = SurveyOptions(**chosen, engine="spark", master=MASTER)
    run_survey(file, on_spark, tmp_path / "spark", accurate_folder)
    for name in (COMMENTS, TAGS, SUMMARY, REPORT):
        assert (tmp_path / "spark" / name).read_bytes() == (tmp_path / "local" / name).read_bytes(), name


def test_an_engine_answers_in_the_order_of_the_texts(spark, rows, fast, accurate_folder):
    texts = [row["tekst"] for row in rows if row["tekst"]][:20]
    with Cluster(spark, accurate_folder, fast.artefact.digest, "fast", "balanced") as cluster:
        answers = cluster.submit(texts).result()
    assert len(answers) == len(texts)


BAD = [
    ("antwoord", {}, "'antwoord'"),
    ("id", {"id": 1}, "'id' holds no text"),
    ("tekst", {"Status": "x"}, "'Status'"),
]


@pytest.mark.parametrize(("column", "more", "named"), BAD)
def test_a_column_that_cannot_be_tagged_is_named(column, more, named, spark, accurate_folder):
    df = frame(spark, [{"id": "a", "tekst": "ok", **more}])
    with pytest.raises(InputError, match=named):
        tag_dataframe(df, column, accurate_folder)


def test_an_artefact_that_is_not_there_is_said_at_once(spark, tmp_path):
    with pytest.raises(ArtefactMissing):
        tag_dataframe(frame(spark, [{"tekst": "ok"}]), "tekst", tmp_path)


def executors() -> list[int]:
    """Process ids of this test's executors: grandchildren at most of the Java process that this one started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_executor = b"CoarseGrainedExecutorBackend" in path.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if is_executor and os.getpid() in ancestors(int(path.parent.name)):
            found.append(int(path.parent.name))
    return found


def ancestors(process: int) -> Iterator[int]:
    while process > 1:
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rsplit(")", 1)[1].split()[1])
        yield process
