package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import io.sparkoptimizer.testkit.SyntheticRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever runs hold, {@code recommend} answers or abstains, and what it would submit can be run. */
class OddRunsTest {
  private static final int SEEDS = 60 * Integer.getInteger("test.thoroughness", 1);

  private static final List<String> PROPERTIES = List.of(
      "spark.executor.memory",
      "spark.executor.memoryOverhead",
      "spark.executor.memoryOverheadFactor",
      "spark.executor.cores",
      "spark.executor.instances",
      "spark.executor.pyspark.memory",
      "spark.driver.memory",
      "spark.driver.memoryOverhead",
      "spark.driver.cores",
      "spark.task.cpus",
      "spark.cores.max",
      "spark.default.parallelism",
      "spark.memory.offHeap.enabled",
      "spark.memory.offHeap.size",
      "spark.sql.adaptive.enabled",
      "spark.sql.adaptive.advisoryPartitionSizeInBytes",
      "spark.sql.shuffle.partitions",
      "spark.dynamicAllocation.enabled",
      "spark.dynamicAllocation.minExecutors",
      "spark.dynamicAllocation.initialExecutors",
      "spark.dynamicAllocation.maxExecutors");

  private static final List<String> VALUES = List.of(
      "0",
      "1",
      "2",
      "7",
      "200",
      "-1",
      "-5g",
      "2147483647",
      "9223372036854775807",
      "1k",
      "512m",
      "4g",
      "31g",
      "900g",
      "8388607p",
      "true",
      "false",
      "0.1",
      "1e300",
      "NaN",
      "",
      " ",
      "many");

  @Test
  void recommend_anyRuns_answersWhatCanBeSubmittedOrAbstains() {
    int answered = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<ApplicationRun> runs = runs(seed, random);
      JobProfile profile = profile(random);
      for (Recommender recommender : recommenders()) {
        String what = "seed " + seed + ", " + recommender.name();
        Recommendation answer;
        try {
          answer = recommender.recommend(new RecommendationRequest(
              profile,
              recommender.name().equals("similarity") ? List.of() : runs,
              new FakeHistory(runs),
              OptimizerSettings.of(Map.of("recommendations.min_similar_jobs", "1"))));
        } catch (RuntimeException thrown) {
          throw new AssertionError(what + ": " + thrown, thrown);
        }
        answered += answer.verdict() == Verdict.CHANGE || answer.verdict() == Verdict.KEEP ? 1 : 0;
        assertCanBeSubmitted(what, answer, profile.locked());
      }
    }
    assertThat(answered).as("answers that were looked at").isGreaterThan(SEEDS / 3);
  }

  private static List<Recommender> recommenders() {
    return List.of(new RulesRecommender(), new SimilarityRecommender());
  }

  /** Half of them plausible but for their settings, half with every figure at its corners. */
  private static List<ApplicationRun> runs(int seed, Random random) {
    SyntheticRuns synthetic = SyntheticRuns.seeded(seed);
    List<ApplicationRun> runs = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      ApplicationRun run = random.nextBoolean() ? synthetic.next() : plain(random);
      Map<String, String> conf = new TreeMap<>(run.configuration());
      for (int set = random.nextInt(6); set > 0; set--) {
        conf.put(any(PROPERTIES, random), any(VALUES, random));
      }
      ApplicationRun.Builder odd = run.toBuilder()
          .appId("app-" + i)
          .jobSignature(random.nextInt(4) == 0 ? "other-" + i : "odd")
          .configuration(conf);
      if (random.nextInt(4) > 0) {
        long start = TestRuns.START_MS + random.nextInt(1_000);
        odd.status(RunStatus.SUCCEEDED)
            .kind(ApplicationKind.BATCH)
            .streaming(null)
            .quality(new DataQuality(true, Set.of(), 1, 0, 1, 0))
            .startTimeMs(OptionalLong.of(start))
            .endTimeMs(OptionalLong.of(start + random.nextInt(10_000_000)));
        if (run.clusterManager() == ClusterManager.LOCAL) {
          odd.clusterManager(ClusterManager.YARN);
        }
      }
      runs.add(odd.build());
    }
    return runs;
  }

  private static ApplicationRun plain(Random random) {
    TestRuns run = TestRuns.run()
        .executors(1 + random.nextInt(5), 1 + random.nextInt(8))
        .heapMb(1 + random.nextInt(100_000), random.nextInt(100_000))
        .stage(
            new long[1 + random.nextInt(50)],
            random.nextInt(3),
            (random.nextInt(5) - 2) * (1L << random.nextInt(62)));
    return random.nextBoolean()
        ? run.build()
        : run.scan(1 + random.nextInt(50), 1 + random.nextInt(100_000), 1L << random.nextInt(62))
            .shuffle(1 + random.nextInt(50), random.nextInt(9_000), 1L << random.nextInt(62))
            .build();
  }

  private static <T> T any(List<T> some, Random random) {
    return some.get(random.nextInt(some.size()));
  }

  private static JobProfile profile(Random random) {
    JobProfile.Builder profile =
        JobProfile.builder("odd").priority(any(List.of(Priority.values()), random));
    switch (random.nextInt(5)) {
      case 0 -> profile.inputScale(1e6);
      case 1 -> profile.inputScale(1e-6);
      case 2 -> profile.inputScale(1 + random.nextInt(99));
      case 3 -> profile.inputSize(DataSize.bytes(random.nextLong() & Long.MAX_VALUE));
      default -> {}
    }
    if (random.nextInt(3) == 0) {
      profile.maxExecutors(1 + random.nextInt(10));
    }
    if (random.nextInt(3) == 0) {
      profile.platform(any(List.of(Platform.values()), random));
    }
    for (int lock = random.nextInt(3); lock > 0; lock--) {
      profile.lock(any(PROPERTIES, random));
    }
    Map<String, String> conf = new TreeMap<>();
    for (int set = random.nextInt(3); set > 0; set--) {
      conf.put(any(PROPERTIES, random), any(VALUES, random));
    }
    return profile.configuration(conf).build();
  }

  private static void assertCanBeSubmitted(String what, Recommendation answer, Set<String> locked) {
    Map<String, String> conf = answer.sparkConf();
    boolean dynamic = conf.getOrDefault("spark.dynamicAllocation.enabled", "").equals("true");
    conf.forEach((property, value) -> {
      String as = what + ": " + property + "=" + value;
      if (locked.contains(property)) {
        return; // as it is configured, whatever that is
      }
      if (property.endsWith(".enabled")) {
        assertThat(SparkSettings.flag(conf, property)).as(as).isPresent();
      } else if (property.endsWith("emory")
          || property.endsWith("Overhead")
          || property.endsWith("ize")
          || property.endsWith("InBytes")) {
        assertThat(SparkSettings.memoryMb(conf, property)).as(as).isPresent();
      } else {
        boolean bound = property.startsWith("spark.dynamicAllocation.")
            || (dynamic && property.equals("spark.executor.instances"));
        int least = bound && !property.endsWith("maxExecutors") ? 0 : 1;
        OptionalInt count = SparkSettings.count(conf, property);
        assertThat(count).as(as).isPresent();
        assertThat(count.orElseThrow()).as(as).isGreaterThanOrEqualTo(least);
      }
    });
    if (dynamic && locked.stream().noneMatch(one -> one.contains("dynamicAllocation"))) {
      int min = count(conf, "spark.dynamicAllocation.minExecutors");
      int initial = count(conf, "spark.dynamicAllocation.initialExecutors");
      int max = count(conf, "spark.dynamicAllocation.maxExecutors");
      assertThat(List.of(min, initial, max)).as(what + ": " + conf).isSorted();
    }
    assertThat(answer.confidence()).as(what).isBetween(0.0, 1.0);
    if (answer.verdict() == Verdict.KEEP) {
      assertThat(answer.proposed()).as(what).isEqualTo(answer.current());
    }
    if (answer.verdict() == Verdict.ABSTAIN || answer.verdict() == Verdict.INFEASIBLE) {
      assertThat(conf).as(what).isEmpty();
      assertThat(answer.reasoning()).as(what).isNotBlank();
    }
  }

  private static int count(Map<String, String> conf, String property) {
    return SparkSettings.count(conf, property).orElseThrow();
  }
}
