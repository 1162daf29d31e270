package io.sparkoptimizer;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program with one input, and what it cost on the cluster shapes that it was run on.
 *
 * @param job name of the program; workloads of one name are one program with other inputs
 * @param context its parameters and the size of its input, in any words; empty where it has but one
 * @param jobClass the kind of program, in the user's own words; empty where it is not known
 * @param trials each shape once at most
 */
@Experimental
public record Workload(String job, String context, Optional<String> jobClass, List<Trial> trials) {
  public Workload {
    Objects.requireNonNull(job);
    Objects.requireNonNull(context);
    Objects.requireNonNull(jobClass);
    trials = List.copyOf(trials);
    Set<Shape> seen = new HashSet<>();
    for (Trial trial : trials) {
      if (!seen.add(trial.shape())) {
        throw new IllegalArgumentException("a workload has one trial of each shape; " + job
            + " has more of " + trial.shape().words() + ": give their median cost");
      }
    }
  }

  /**
   * A cluster to run on.
   *
   * @param instances executors or nodes, 1 or more
   * @param instanceType the kind of node; empty where none is named
   * @param coresPerInstance 1 or more; empty where it is not known
   * @param memoryMbPerInstance MiB, 1 or more; empty where it is not known
   */
  public record Shape(
      int instances,
      Optional<String> instanceType,
      OptionalInt coresPerInstance,
      OptionalLong memoryMbPerInstance) {
    public Shape {
      Objects.requireNonNull(instanceType);
      if (instances < 1 || coresPerInstance.orElse(1) < 1 || memoryMbPerInstance.orElse(1) < 1) {
        throw new IllegalArgumentException(
            "instances, coresPerInstance and memoryMbPerInstance must be 1 or more, was "
                + instances + ", " + coresPerInstance + ", " + memoryMbPerInstance);
      }
    }

    /** As people write it: {@code 8 x m4.xlarge}, {@code 4 x 8 cores, 32768 MiB}. */
    public String words() {
      String size = Stream.concat(
              coresPerInstance.stream().mapToObj(cores -> cores + " cores"),
              memoryMbPerInstance.stream().mapToObj(mb -> String.format(Locale.ROOT, "%d MiB", mb)))
          .collect(Collectors.joining(", "));
      String kind = instanceType.orElse(size);
      return kind.isEmpty() ? instances + " instances" : instances + " x " + kind;
    }
  }

  /**
   * What a shape cost.
   *
   * @param cost of the run, more than 0, in one currency for all trials of a workload; empty where it failed
   */
  public record Trial(Shape shape, OptionalDouble cost) {
    public Trial {
      Objects.requireNonNull(shape);
      if (cost.isPresent() && !(cost.getAsDouble() > 0 && Double.isFinite(cost.getAsDouble()))) {
        throw new IllegalArgumentException("cost must be more than 0, was " + cost.getAsDouble());
      }
    }

    /** Whether it ran to its end. */
    public boolean completed() {
      return cost.isPresent();
    }
  }
}
