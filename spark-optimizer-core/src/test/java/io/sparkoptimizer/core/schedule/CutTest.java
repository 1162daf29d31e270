package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Our rules beside Spark's loops over real lists of sizes, as its sources of 3.5 have them. */
class CutTest {
  private static final long MIB = 1L << 20;
  private static final OptionalInt PARALLELISM = OptionalInt.empty();

  @Test
  void splits_filesOfEqualSize_areCutAsSparkCutsThem() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int files = 1 + random.nextInt(300);
      long each = 1 + (long) (Math.pow(random.nextDouble(), 3) * 700 * MIB);
      long most = (8 + random.nextInt(200)) * MIB;
      long openCost = 1 + random.nextInt(8) * MIB;
      int parallelism = 2 + random.nextInt(400);
      long[] sizes = new long[files];
      Arrays.fill(sizes, each);

      Cut.Splits rule = new Cut.Splits(files, files * each, most, openCost, PARALLELISM, 0);

      assertThat(rule.tasks(1, 200, parallelism))
          .as("seed %d, case %d: %s at %d", seed, i, rule, parallelism)
          .isEqualTo(filePartitions(sizes, most, openCost, parallelism));
    }
  }

  @Test
  void coalesced_partitionsOfEqualSize_areJoinedAsSparkJoinsThem() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int initial = 1 + random.nextInt(500);
      long each = 1 + (long) (Math.pow(random.nextDouble(), 4) * 100 * MIB);
      long advisory = (1 + random.nextInt(128)) * MIB;
      long least = 1 + random.nextInt(2) * MIB;
      int parallelism = 1 + random.nextInt(300);
      long[] sizes = new long[initial];
      Arrays.fill(sizes, each);

      Cut.Coalesced rule =
          new Cut.Coalesced((double) initial * each, advisory, least, PARALLELISM, PARALLELISM, 0);

      assertThat(rule.tasks(1, initial, parallelism))
          .as("seed %d, case %d: %s, %d partitions at %d", seed, i, rule, initial, parallelism)
          .isEqualTo(coalesced(sizes, advisory, least, parallelism));
    }
  }

  @Test
  void coalesced_partitionsOfUnequalSize_isNearWhatSparkDoes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      long[] sizes = new long[200];
      long total = 0;
      for (int p = 0; p < sizes.length; p++) {
        sizes[p] = (long) ((0.8 + 0.4 * random.nextDouble()) * (1 + i) * MIB / 20);
        total += sizes[p];
      }
      int parallelism = 2 + random.nextInt(60);
      Cut.Coalesced rule =
          new Cut.Coalesced(total, 64 * MIB, MIB, OptionalInt.empty(), PARALLELISM, 0);

      int spark = coalesced(sizes, 64 * MIB, MIB, parallelism);

      assertThat((double) rule.tasks(1, 200, parallelism))
          .as("seed %d, case %d, %d bytes at %d", seed, i, total, parallelism)
          .isBetween(spark / 1.7 - 1, spark * 1.7 + 1);
    }
  }

  @Test
  void coalesced_withoutParallelismFirst_hasTasksOfTheAdvisorySizeAtAnySlots() {
    Cut.Coalesced rule =
        new Cut.Coalesced(640 * MIB, 64 * MIB, MIB, OptionalInt.empty(), OptionalInt.of(1), 0);

    assertThat(rule.tasks(1, 200, 2)).isEqualTo(10); // 20 partitions of 3.2 MiB fit
    assertThat(rule.tasks(1, 200, 400)).isEqualTo(10);
    assertThat(rule.tasks(2, 200, 2)).isEqualTo(20); // 10 partitions of 6.4 MiB
    assertThat(rule.tasks(1, 4, 2)).isEqualTo(4); // the property is a ceiling
  }

  @Test
  void coalesced_piecesOfSkewedPartitions_growWithTheInput() {
    Cut.Coalesced rule = new Cut.Coalesced(
            8 * MIB, 64 * MIB, MIB, OptionalInt.empty(), OptionalInt.of(4), 0)
        .beyond(6);

    assertThat(rule.tasks(1, 4, 2)).isEqualTo(4 + 6);
    assertThat(rule.tasks(2, 4, 2)).isEqualTo(4 + 12);
  }

  @Test
  void tasks_moreInputWhereTheRuleSaidOneTooMany_areNoFewer() {
    Cut.Coalesced coalesced =
        new Cut.Coalesced(16 * MIB, 64 * MIB, MIB, OptionalInt.empty(), PARALLELISM, 0).beyond(-2);
    Cut.Splits splits = new Cut.Splits(1, 40 * MIB, 128 * MIB, 4 * MIB, PARALLELISM, 0).beyond(-1);

    assertThat(coalesced.tasks(1, 200, 16)).isEqualTo(13);
    // Bytes over parallelism: as many tasks, each with more.
    assertThat(coalesced.tasks(10, 200, 16)).isEqualTo(15); // 17 by the rule
    assertThat(splits.tasks(1, 200, 16)).isEqualTo(9);
    assertThat(splits.tasks(10, 200, 16)).isEqualTo(20 - 1);
  }

  @Test
  void at_cutAnew_keepsTheWorkBeyondTheCostOfTasks() {
    Cut cut = new Cut.Partitions(100, 100);
    double[] times = new double[100];
    Arrays.fill(times, 1_000);
    StageWork stage = new StageWork(0, List.of(), 0, 100, times, ColdStart.NONE, 200, cut);

    StageWork half = stage.at(1, 50, 8, 1);
    StageWork twice = stage.at(2, 100, 8, 1);

    assertThat(half.tasks()).isEqualTo(50);
    assertThat(half.warmTotalMs()).isEqualTo(100 * 800 + 50 * 200.0);
    assertThat(twice.warmTotalMs()).isEqualTo(100 * (200 + 2 * 800.0));
    assertThat(stage.at(1, 100, 99, 1)).isSameAs(stage);
  }

  @Test
  void at_tasksPutTogether_varyLessThanOneAlone() {
    double[] times = new double[100];
    for (int i = 0; i < times.length; i++) {
      times[i] = i < 50 ? 100 : 300;
    }
    StageWork stage =
        new StageWork(0, List.of(), 0, 100, times, ColdStart.NONE, 0, new Cut.Partitions(100, 100));

    StageWork joined = stage.at(1, 25, 8, 1);

    assertThat(joined.warmTotalMs()).isCloseTo(stage.warmTotalMs(), within(1e-6));
    // Four of 200 on average, apart by twice 100 and not four times.
    assertThat(joined.warmMs()[0]).isEqualTo(600);
    assertThat(joined.warmMs()[99]).isEqualTo(1_000);
    // More data in as many tasks makes long ones long in proportion.
    assertThat(stage.at(4, 100, 8, 1).warmMs()[99]).isEqualTo(1_200);
  }

  @Test
  void at_fewerTasksThanHotKeys_keepsTheWork() {
    double[] times = new double[100];
    Arrays.fill(times, 1_000);
    Arrays.fill(times, 95, 100, 200_000);
    StageWork stage =
        new StageWork(0, List.of(), 0, 100, times, ColdStart.NONE, 0, new Cut.Partitions(100, 100));

    for (int partitions = 1; partitions <= 5; partitions++) {
      assertThat(stage.at(1, partitions, 8, 1).warmTotalMs())
          .as("work of %d tasks", partitions)
          .isCloseTo(stage.warmTotalMs(), within(1.0));
    }
  }

  @Test
  void at_oneHotKey_isThereOnceAndAsLongHoweverTheRestIsCut() {
    double[] times = new double[100];
    Arrays.fill(times, 1_000);
    times[99] = 200_000;
    StageWork stage =
        new StageWork(0, List.of(), 0, 100, times, ColdStart.NONE, 0, new Cut.Partitions(100, 100));

    for (int partitions : new int[] {400, 200, 90, 50, 25, 10, 5}) {
      StageWork cut = stage.at(1, partitions, 8, 1);

      assertThat(Arrays.stream(new TaskOrder(cut).unitsMs(1_000)).max().orElseThrow())
          .as("the longest of %d tasks", partitions)
          .isBetween(198_000.0, 225_000.0);
      assertThat(cut.warmTotalMs())
          .as("work of %d tasks", partitions)
          .isCloseTo(stage.warmTotalMs(), within(0.1 * stage.warmTotalMs()));
    }
  }

  /** {@code FilePartition.maxSplitBytes} and {@code getFilePartitions}. */
  private static int filePartitions(long[] files, long most, long openCost, int parallelism) {
    long total = 0;
    for (long file : files) {
      total += file + openCost;
    }
    long split = Math.min(most, Math.max(openCost, total / parallelism));
    long[] pieces = Arrays.stream(files)
        .flatMap(file -> LongStream.iterate(0, offset -> offset < file, offset -> offset + split)
            .map(offset -> Math.min(split, file - offset)))
        .map(size -> -size)
        .sorted()
        .map(size -> -size)
        .toArray();
    int partitions = 0;
    long current = 0;
    boolean open = false;
    for (long piece : pieces) {
      if (open && current + piece > split) {
        partitions++;
        current = 0;
      }
      current += piece + openCost;
      open = true;
    }
    return open ? partitions + 1 : partitions;
  }

  /** {@code ShufflePartitionsUtil.coalescePartitions}. */
  private static int coalesced(long[] sizes, long advisory, long least, int parallelism) {
    double total = Arrays.stream(sizes).sum();
    long target = Math.max(least, Math.min(advisory, (long) Math.ceil(total / parallelism)));
    int specs = 0;
    int latestSplit = 0;
    long latestSize = 0;
    long size = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (i > latestSplit && size + sizes[i] > target) {
        if (size < least) {
          if (latestSize > 0 && latestSize < sizes[i]) {
            latestSplit = i;
            latestSize += size;
            size = sizes[i];
          } else {
            size += sizes[i];
          }
        } else {
          specs++;
          latestSplit = i;
          latestSize = size;
          size = sizes[i];
        }
      } else {
        size += sizes[i];
      }
    }
    return size < least && latestSize > 0 ? specs : specs + 1;
  }
}
