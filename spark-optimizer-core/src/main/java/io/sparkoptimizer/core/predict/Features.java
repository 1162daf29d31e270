package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TableRow;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What is known of recorded runs before they ran. */
public final class Features {
  private Features() {}

  /** What a run had, what it read, and its parameters. */
  public static RunFeatures of(ApplicationRun run) {
    Map<String, Double> numbers = new TreeMap<>();
    Map<String, String> words = new TreeMap<>();
    Allocation allocation = Allocation.of(run);
    allocation
        .peakExecutors()
        .ifPresent(count -> numbers.put(RunFeatures.INSTANCES, (double) count));
    allocation
        .executorCores()
        .ifPresent(cores -> numbers.put(RunFeatures.CORES_PER_INSTANCE, (double) cores));
    allocation
        .executorMemoryMb()
        .ifPresent(mb -> numbers.put(RunFeatures.MEMORY_MB_PER_INSTANCE, (double) mb));
    run.inputBytes().ifPresent(bytes -> numbers.put(RunFeatures.INPUT_BYTES, (double) bytes));
    run.inputRecords()
        .ifPresent(records -> numbers.put(RunFeatures.INPUT_RECORDS, (double) records));
    TableRow row = run.tableRow();
    if (row != null && row.instanceType() != null) {
      words.put(RunFeatures.INSTANCE_TYPE, row.instanceType());
    }
    run.configuration().forEach((property, value) -> {
      if (property.startsWith(SparkSettings.PARAMETER_PREFIX)) {
        String name =
            RunFeatures.PARAMETER + property.substring(SparkSettings.PARAMETER_PREFIX.length());
        OptionalDouble number = number(value);
        if (number.isPresent()) {
          numbers.put(name, number.getAsDouble());
        } else {
          words.put(name, value);
        }
      }
    });
    return new RunFeatures(run.jobSignature(), numbers, words);
  }

  private static OptionalDouble number(String value) {
    try {
      double number = Double.parseDouble(value.strip());
      return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    } catch (NumberFormatException word) {
      return OptionalDouble.empty();
    }
  }
}
