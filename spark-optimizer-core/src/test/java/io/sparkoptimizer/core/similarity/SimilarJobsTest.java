package io.sparkoptimizer.core.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimilarJobsTest {
  private static final Work ASKED = Work.of(JobProfile.builder("new")
      .jobType(JobType.ETL)
      .inputSize(DataSize.gibibytes(20))
      .build());

  private static ApplicationRun run(String job, int number, long gibibytes, RunStatus status) {
    return TestRuns.run()
        .name(job)
        .appId(job + "-" + number)
        .jobType(JobType.ETL)
        .startMs(TestRuns.START_MS + 60_000L * number)
        .scan(8, 1_000, gibibytes << 30)
        .status(status)
        .build();
  }

  /** A history that counts how often all of it is read. */
  private static final class Counting implements RunHistory {
    private final List<ApplicationRun> runs = new ArrayList<>();
    private final FakeHistory history = new FakeHistory(runs);
    private int wholeReadings;

    @Override
    public List<RunSummary> summaries(RunQuery query) {
      if (query.equals(RunQuery.ALL)) {
        wholeReadings++;
      }
      return history.summaries(query);
    }

    @Override
    public List<ApplicationRun> runs(RunQuery query) {
      return history.runs(query);
    }

    @Override
    public long count(RunQuery query) {
      return history.count(query);
    }
  }

  private static List<Match> nearest(SimilarJobs jobs) {
    return jobs.nearest(ASKED, 10, 0, signature -> false);
  }

  @Test
  void nearest_runsSavedHere_readsTheirJobsAlone() {
    Counting history = new Counting();
    history.runs.add(run("a", 1, 10, RunStatus.SUCCEEDED));
    history.runs.add(run("b", 2, 20, RunStatus.SUCCEEDED));
    SimilarJobs jobs = new SimilarJobs(history);
    assertThat(nearest(jobs)).extracting(Match::signature).containsExactly("b", "a");

    history.runs.add(0, run("c", 0, 21, RunStatus.SUCCEEDED));
    history.runs.add(run("a", 3, 20, RunStatus.SUCCEEDED));
    jobs.changed(Set.of("a", "c"), 2);

    assertThat(nearest(jobs)).extracting(Match::signature).containsExactly("a", "b", "c");
    assertThat(history.wholeReadings).isEqualTo(1);
  }

  @Test
  void nearest_newestRunsOfOtherProcesses_areSeenWithoutReadingAll() {
    Counting history = new Counting();
    history.runs.add(run("a", 1, 10, RunStatus.SUCCEEDED));
    history.runs.add(run("b", 2, 20, RunStatus.RUNNING));
    SimilarJobs jobs = new SimilarJobs(history);
    assertThat(nearest(jobs)).extracting(Match::signature).containsExactly("a");

    history.runs.set(1, run("b", 2, 20, RunStatus.SUCCEEDED));
    history.runs.add(run("c", 3, 15, RunStatus.SUCCEEDED));

    assertThat(nearest(jobs)).extracting(Match::signature).containsExactly("b", "c", "a");
    assertThat(history.wholeReadings).isEqualTo(1);
  }

  @Test
  void nearest_olderRunOfAnotherProcess_readsAll() {
    Counting history = new Counting();
    history.runs.add(run("a", 5, 10, RunStatus.SUCCEEDED));
    SimilarJobs jobs = new SimilarJobs(history);
    nearest(jobs);

    history.runs.add(run("old", 1, 20, RunStatus.SUCCEEDED));

    assertThat(nearest(jobs)).extracting(Match::signature).containsExactly("old", "a");
    assertThat(history.wholeReadings).isEqualTo(2);
  }

  @Test
  void nearest_anyChanges_equalsAnIndexMadeAnew() {
    for (int seed = 0; seed < 15; seed++) {
      Random random = new Random(seed);
      Counting history = new Counting();
      SimilarJobs jobs = new SimilarJobs(history);
      for (int step = 0; step < 25; step++) {
        boolean here = random.nextBoolean();
        for (int i = random.nextInt(4); i > 0; i--) {
          RunStatus status = random.nextInt(4) == 0 ? RunStatus.FAILED : RunStatus.SUCCEEDED;
          String job = "job-" + random.nextInt(12);
          int number = random.nextInt(3) == 0 ? -1 - random.nextInt(1_000_000) : 100 * step + i;
          history.runs.add(run(job, number, 1 + random.nextInt(200), status));
          if (here) {
            jobs.changed(Set.of(job), 1);
          }
        }

        assertThat(nearest(jobs))
            .as("seed %d, step %d", seed, step)
            .isEqualTo(nearest(new SimilarJobs(history)));
      }
    }
  }

  @Test
  void explain_twoWorks_sumsUpToWhatTheyDiffer() {
    Work a = Work.of(RunSummary.of(run("a", 1, 10, RunStatus.SUCCEEDED)));
    Work b = Work.of(RunSummary.of(run("b", 2, 40, RunStatus.SUCCEEDED)));

    List<Work.Part> parts = a.explain(b);

    assertThat(parts).extracting(Work.Part::feature).containsExactly(Feature.values());
    assertThat(parts.stream().mapToDouble(Work.Part::lost).sum())
        .isCloseTo(1 - a.similarity(b), within(1e-6));
    assertThat(parts.stream().mapToDouble(Work.Part::share).sum()).isCloseTo(1, within(1e-9));
    Work.Part input = parts.get(Feature.INPUT_BYTES.index());
    assertThat(input.first()).isEqualTo("1.074e+10");
    assertThat(input.second()).isEqualTo("4.295e+10");
    assertThat(input.distance()).isCloseTo(Math.log(4) / Math.log(100), within(1e-6));
    assertThat(a.explain(ASKED).get(Feature.TASKS.index()))
        .isEqualTo(new Work.Part(Feature.TASKS, "8.000", "unknown", Double.NaN, 0, 0));
  }
}
