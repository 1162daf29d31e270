package io.sparkoptimizer.core.container;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The worker sizes of EMR Serverless: memory by cores, as its documentation lists them. */
public final class ServerlessWorkers {
  private static final long GB = 1024;

  /** At most that many executors must be allowed: fewer are refused. */
  public static final int LEAST_MAX_EXECUTORS = 4;

  /** Cores, least memory, most memory and step, in GB. */
  private static final int[][] GRID = {
    {1, 2, 8, 1}, {2, 4, 16, 1}, {4, 8, 30, 1}, {8, 16, 60, 4}, {16, 32, 120, 8}
  };

  private static final int[] LARGEST = {60, 120, 244};

  private ServerlessWorkers() {}

  /** @param memoryMb of the whole worker, MiB */
  public record Worker(int cores, long memoryMb) {}

  /** Cores that workers have, ascending. */
  public static IntStream cores() {
    return IntStream.concat(Arrays.stream(GRID).mapToInt(row -> row[0]), IntStream.of(32));
  }

  public static boolean hasCores(int cores) {
    return cores().anyMatch(has -> has == cores);
  }

  /** The smallest worker that holds so much; the largest of all where none does. */
  public static Worker smallest(int cores, long memoryMb) {
    for (int[] row : GRID) {
      if (row[0] < cores) {
        continue;
      }
      for (int gb = row[1]; gb <= row[2]; gb += row[3]) {
        if (gb * GB >= memoryMb) {
          return new Worker(row[0], gb * GB);
        }
      }
    }
    for (int gb : LARGEST) {
      if (gb * GB >= memoryMb) {
        return new Worker(32, gb * GB);
      }
    }
    return new Worker(32, LARGEST[LARGEST.length - 1] * GB);
  }
}
