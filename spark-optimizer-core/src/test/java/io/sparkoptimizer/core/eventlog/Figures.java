package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values as plain lists and maps by the names of their components, so that what two readers say can be
 * held against each other, and a figure that only one of them knows is told by its name.
 */
final class Figures {
  /** Of a figure's sketch, the ranks that are compared. */
  private static final double[] RANKS = {0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1};

  /** As {@link Distribution} promises: exact up to its capacity, 1 % of the ranks above. */
  private static final int EXACT_UP_TO = 1000;

  /** Sums of products over tasks: their rounding depends on the order. */
  private static final double ROUNDING = 1e-6;

  private Figures() {}

  /** All figures of the tasks that a sketch stands for, in ascending order. */
  record Sample(List<Long> ascending) {
    static Sample of(Collection<Long> figures) {
      return new Sample(figures.stream().sorted().toList());
    }

    @Override
    public String toString() {
      return ascending.size() + " figures";
    }
  }

  static Object of(Object value) {
    if (value instanceof Record of && !(value instanceof Sample)) {
      Map<String, Object> components = new TreeMap<>();
      for (var component : of.getClass().getRecordComponents()) {
        try {
          component.getAccessor().setAccessible(true);
          components.put(component.getName(), of(component.getAccessor().invoke(of)));
        } catch (ReflectiveOperationException never) {
          throw new LinkageError(never.getMessage(), never);
        }
      }
      return components;
    }
    if (value instanceof Measures<?> measures) {
      return ofMeasures(measures);
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> entries = new TreeMap<>();
      map.forEach((key, entry) -> entries.put(key.toString(), of(entry)));
      return entries;
    }
    if (value instanceof Set<?> set) {
      return new TreeSet<>(set.stream().map(Object::toString).toList()).stream().toList();
    }
    if (value instanceof Collection<?> collection) {
      return collection.stream().map(Figures::of).toList();
    }
    if (value instanceof OptionalLong optional) {
      return optional.isPresent() ? optional.getAsLong() : null;
    }
    if (value instanceof OptionalInt optional) {
      return optional.isPresent() ? (long) optional.getAsInt() : null;
    }
    if (value instanceof OptionalDouble optional) {
      return optional.isPresent() ? optional.getAsDouble() : null;
    }
    if (value instanceof Optional<?> optional) {
      return of(optional.orElse(null));
    }
    if (value instanceof Integer number) {
      return number.longValue();
    }
    return value instanceof Enum<?> word ? word.name() : value;
  }

  private static <K extends Enum<K>> Map<String, Object> ofMeasures(Measures<K> measures) {
    Map<String, Object> present = new TreeMap<>();
    for (K kind : measures.kinds().getEnumConstants()) {
      if (measures.has(kind)) {
        present.put(kind.name(), measures.get(kind).getAsLong());
      }
    }
    return present;
  }

  /** What the two say otherwise, by path. Lists and maps are compared by their elements. */
  static List<String> differences(Object reader, Object oracle) {
    List<String> differences = new ArrayList<>();
    compare("", of(reader), of(oracle), differences);
    return differences;
  }

  private static void compare(String path, Object reader, Object oracle, List<String> found) {
    if (reader instanceof Map<?, ?> ours && oracle instanceof Map<?, ?> theirs) {
      TreeSet<Object> keys = new TreeSet<>(ours.keySet());
      keys.addAll(theirs.keySet());
      for (Object key : keys) {
        compare(path + "." + key, ours.get(key), theirs.get(key), found);
      }
    } else if (reader instanceof List<?> ours && oracle instanceof List<?> theirs) {
      if (ours.size() != theirs.size()) {
        found.add(path + ": reader has " + ours.size() + " " + ours + ", oracle " + theirs.size()
            + " " + theirs);
      }
      for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
        compare(path + "[" + i + "]", ours.get(i), theirs.get(i), found);
      }
    } else if (reader instanceof Distribution sketch && oracle instanceof Sample sample) {
      String difference = difference(
          sketch, sample.ascending().stream().mapToLong(Long::longValue).toArray());
      if (difference != null) {
        found.add(path + ": " + difference);
      }
    } else if (reader instanceof Double ours && oracle instanceof Double theirs) {
      if (Math.abs(ours - theirs) > ROUNDING * Math.max(1, Math.abs(theirs))) {
        found.add(path + ": reader " + ours + ", oracle " + theirs);
      }
    } else if (!Objects.equals(reader, oracle)) {
      found.add(path + ": reader " + reader + ", oracle " + oracle);
    }
  }

  /** What a sketch says wrongly of the figures; null where it is right within its promise. */
  private static String difference(Distribution sketch, long[] ascending) {
    int n = ascending.length;
    if (sketch.count() != n
        || sketch.sum() != Arrays.stream(ascending).sum()
        || sketch.min() != ascending[0]
        || sketch.max() != ascending[n - 1]) {
      return "reader " + sketch + ", oracle n=" + n + " min=" + ascending[0] + " max="
          + ascending[n - 1] + " sum=" + Arrays.stream(ascending).sum();
    }
    double slack = n <= EXACT_UP_TO ? 0 : 0.01 * n;
    for (double q : RANKS) {
      double rank = Math.min(Math.floor(q * n), n - 1);
      long figure = sketch.quantile(q);
      long below = Arrays.stream(ascending).filter(a -> a < figure).count();
      long upTo = Arrays.stream(ascending).filter(a -> a <= figure).count();
      if (below > rank + slack || upTo - 1 < rank - slack || upTo == below) {
        return "reader's quantile " + q + " is " + figure + ", of ranks " + below + " to " + upTo
            + " among " + n;
      }
    }
    return null;
  }
}
