package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The work that is asked about, in the terms of a table's rows. What the question leaves open is as most
 * rows have it: rows have no time, so that none is the newest.
 *
 * @param parameters by name
 * @param inputBytes empty where unknown
 * @param basis how that was found
 * @param beyond whether it lies outside of what rows that went well had
 * @param remarks sentences about what was assumed, and what could not be used
 */
record TableWork(
    Map<String, String> parameters,
    OptionalLong inputBytes,
    InputBasis basis,
    boolean beyond,
    List<String> remarks) {
  /** Name of the parameter that tells the size of the input in a word. */
  private static final String SIZE = "size";

  /** Inputs whose bytes differ by less are one size. */
  private static final double SAME_INPUT = 1.1;

  /** Rows of one work. */
  private record Context(Map<String, String> parameters, OptionalLong bytes, int rows) {
    /** A factor, by its logarithm; how far its input is from what is declared. */
    double farFrom(OptionalLong declared) {
      return declared.isPresent() && bytes.isPresent()
          ? Math.abs(Math.log((double) declared.getAsLong() / bytes.getAsLong()))
          : 0;
    }
  }

  /**
   * @param rows that went well; not empty
   * @param all rows, of which the profile may name one
   */
  static TableWork of(JobProfile profile, List<ApplicationRun> rows, List<ApplicationRun> all) {
    Map<String, String> asked = new TreeMap<>();
    OptionalLong like = OptionalLong.empty();
    if (profile.like().isPresent()) {
      for (ApplicationRun row : all) {
        if (row.id().appId().equals(profile.like().get())) {
          asked.putAll(parameters(row));
          like = row.inputBytes();
        }
      }
    }
    profile.parameters().forEach((name, value) -> asked.put(name, value.strip()));
    asked.keySet().removeIf(name -> rows.stream().noneMatch(row -> has(row, name)));

    List<String> remarks = new ArrayList<>();
    OptionalLong declared =
        profile.inputSize().isPresent() && profile.inputSize().get().bytes() > 0
            ? OptionalLong.of(profile.inputSize().get().bytes())
            : like;
    Context context = usual(rows, asked, declared);
    Map<String, String> parameters = new TreeMap<>(context.parameters());
    parameters.putAll(asked);
    boolean beyond = remarkOn(parameters, asked, rows, remarks);

    boolean counted = rows.stream().allMatch(row -> row.inputBytes().isPresent());
    boolean told = profile.inputSize().isPresent() || profile.inputScale().isPresent();
    if (!counted && told) {
      remarks.add("Not every row tells its input, so that the size asked about could not be used.");
    }
    OptionalLong bytes = context.bytes();
    InputBasis basis = bytes.isPresent() ? InputBasis.LAST_RUN : InputBasis.UNKNOWN;
    OptionalLong from = like.isPresent() ? like : context.bytes();
    if (counted && profile.inputScale().isPresent()) {
      bytes = OptionalLong.of(Math.max(
          1, Math.round((double) from.orElseThrow() * profile.inputScale().getAsDouble())));
      basis = InputBasis.SCALED;
    } else if (counted && declared.isPresent()) {
      bytes = declared;
      basis = profile.inputSize().isPresent() ? InputBasis.DECLARED : InputBasis.LAST_RUN;
    }
    if (basis != InputBasis.DECLARED && like.isEmpty() && from.isPresent() && differ(rows)) {
      remarks.add("The input" + (basis == InputBasis.SCALED ? " that is scaled" : "") + " is "
          + DataSize.bytes(from.getAsLong()) + ", as of most rows"
          + (asked.isEmpty() ? "" : " of these parameters") + ".");
    }
    if (counted) {
      double wanted = bytes.orElseThrow();
      beyond |= wanted > largest(rows) || wanted < smallest(rows);
    }
    return new TableWork(parameters, bytes, basis, beyond, List.copyOf(remarks));
  }

  static double largest(List<ApplicationRun> rows) {
    return rows.stream().mapToDouble(row -> row.inputBytes().orElse(0)).max().orElse(0);
  }

  private static double smallest(List<ApplicationRun> rows) {
    return rows.stream().mapToDouble(row -> row.inputBytes().orElse(0)).min().orElse(0);
  }

  private static boolean differ(List<ApplicationRun> rows) {
    return rows.stream().map(ApplicationRun::inputBytes).distinct().count() > 1;
  }

  /** The most frequent work among rows with what is asked; of inputs the nearest to what is declared. */
  private static Context usual(
      List<ApplicationRun> rows, Map<String, String> asked, OptionalLong declared) {
    List<ApplicationRun> like = rows.stream()
        .filter(row -> asked.entrySet().stream()
            .allMatch(one -> same(one.getValue(), parameters(row).get(one.getKey()))))
        .toList();
    Map<List<Object>, List<ApplicationRun>> works = new HashMap<>();
    for (ApplicationRun row : like.isEmpty() ? rows : like) {
      Map<String, String> parameters = parameters(row);
      works
          .computeIfAbsent(
              List.of(
                  parameters,
                  parameters.containsKey(SIZE) ? OptionalLong.empty() : row.inputBytes()),
              key -> new ArrayList<>())
          .add(row);
    }
    return works.values().stream()
        .map(same -> new Context(parameters(same.get(0)), median(same), same.size()))
        .min(Comparator.comparingDouble((Context one) -> one.farFrom(declared))
            .thenComparing(Comparator.comparingInt(Context::rows).reversed())
            .thenComparing(
                Comparator.comparingLong((Context one) -> one.bytes().orElse(0)).reversed())
            .thenComparing(one -> one.parameters().toString()))
        .orElseThrow();
  }

  /** Says what was not asked and is assumed, and what no row has had; true where that is so. */
  private static boolean remarkOn(
      Map<String, String> parameters,
      Map<String, String> asked,
      List<ApplicationRun> rows,
      List<String> remarks) {
    boolean beyond = false;
    List<String> assumed = new ArrayList<>();
    for (Map.Entry<String, String> one : parameters.entrySet()) {
      String name = one.getKey();
      List<String> seen = rows.stream()
          .flatMap(row -> Stream.ofNullable(parameters(row).get(name)))
          .distinct()
          .toList();
      if (!asked.containsKey(name)) {
        if (seen.size() > 1) {
          assumed.add(name + "=" + one.getValue());
        }
      } else if (seen.stream().noneMatch(had -> same(one.getValue(), had))) {
        OptionalDouble number = number(one.getValue());
        double[] numbers =
            seen.stream().flatMapToDouble(had -> number(had).stream()).toArray();
        boolean between = number.isPresent()
            && numbers.length == seen.size()
            && Arrays.stream(numbers).anyMatch(had -> had < number.getAsDouble())
            && Arrays.stream(numbers).anyMatch(had -> had > number.getAsDouble());
        beyond |= !between;
        remarks.add("No row had " + name + "=" + one.getValue() + ": "
            + (between ? "it lies between those that rows had." : "its effect is a guess."));
      }
    }
    if (!assumed.isEmpty()) {
      remarks.add(
          "Not asked and assumed, as most rows have it: " + String.join(", ", assumed) + ".");
    }
    return beyond;
  }

  /** Parameters of a row, by name. */
  static Map<String, String> parameters(ApplicationRun row) {
    Map<String, String> parameters = new TreeMap<>();
    row.configuration().forEach((name, value) -> {
      if (name.startsWith(SparkSettings.PARAMETER_PREFIX)) {
        parameters.put(name.substring(SparkSettings.PARAMETER_PREFIX.length()), value.strip());
      }
    });
    return parameters;
  }

  private static boolean has(ApplicationRun row, String parameter) {
    return row.configuration().containsKey(SparkSettings.PARAMETER_PREFIX + parameter);
  }

  private static boolean same(String one, @Nullable String other) {
    if (other == null) {
      return false;
    }
    OptionalDouble number = number(one);
    return one.equals(other) || (number.isPresent() && number.equals(number(other)));
  }

  private static OptionalDouble number(String text) {
    try {
      double number = Double.parseDouble(text);
      return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    } catch (NumberFormatException word) {
      return OptionalDouble.empty();
    }
  }

  private static OptionalLong median(List<ApplicationRun> rows) {
    long[] bytes =
        rows.stream().flatMapToLong(row -> row.inputBytes().stream()).sorted().toArray();
    return bytes.length == 0 ? OptionalLong.empty() : OptionalLong.of(bytes[bytes.length / 2]);
  }

  /**
   * The shapes that failed at this input or less, and those that went well at this or more.
   *
   * @param rows all of the job
   */
  ShapeMemory memory(List<ApplicationRun> rows) {
    Map<Map<String, String>, List<ApplicationRun>> equal = new HashMap<>();
    rows.forEach(
        row -> equal.computeIfAbsent(parameters(row), key -> new ArrayList<>()).add(row));
    List<Shape> died = new ArrayList<>();
    List<Shape> alive = new ArrayList<>();
    for (ApplicationRun row : rows) {
      // A run that failed before it read tells no bytes; the least of its parameters counts.
      Map<String, String> had = parameters(row);
      OptionalLong bytes = row.inputBytes().isPresent()
          ? row.inputBytes()
          : equal.getOrDefault(had, List.of()).stream()
              .flatMapToLong(other -> other.inputBytes().stream())
              .min();
      if (ShapeRows.failed(row)) {
        if (isAtMost(bytes, had)) {
          died.add(ShapeRows.shape(row));
        }
      } else if (ShapeRows.wentWell(row) && isAtLeast(bytes, had)) {
        alive.add(ShapeRows.shape(row));
      }
    }
    return new ShapeMemory(died, alive);
  }

  private boolean isAtMost(OptionalLong bytes, Map<String, String> had) {
    if (bytes.isPresent() && inputBytes.isPresent()) {
      return (double) bytes.getAsLong() <= SAME_INPUT * inputBytes.getAsLong();
    }
    // What tells no size at all is taken for one that counts.
    return !had.containsKey(SIZE) || same(had.get(SIZE) + "", parameters.get(SIZE));
  }

  private boolean isAtLeast(OptionalLong bytes, Map<String, String> had) {
    if (bytes.isPresent() && inputBytes.isPresent()) {
      return SAME_INPUT * (double) bytes.getAsLong() >= inputBytes.getAsLong();
    }
    return had.containsKey(SIZE)
        ? same(had.get(SIZE) + "", parameters.get(SIZE))
        : bytes.isEmpty() && inputBytes.isEmpty();
  }
}
