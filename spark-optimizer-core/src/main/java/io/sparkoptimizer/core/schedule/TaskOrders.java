package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The {@link TaskOrder} of each stage, in the shapes that it was asked for in. Thread-safe. */
final class TaskOrders {
  /** Shapes of one stage that are kept; parallelism, partitions and input make a few. */
  private static final int SHAPES = 32;

  private record Shape(int tasks, double input, double slowdown, TaskOrder order) {
    boolean is(int otherTasks, double otherInput, double otherSlowdown) {
      return tasks == otherTasks && input == otherInput && slowdown == otherSlowdown;
    }
  }

  private final List<StageWork> stages;
  private final AtomicReferenceArray<Shape[]> kept;

  TaskOrders(List<StageWork> stages) {
    this.stages = stages;
    this.kept = new AtomicReferenceArray<>(stages.size());
    for (int s = 0; s < stages.size(); s++) {
      kept.set(s, new Shape[0]);
    }
  }

  /** A stage as {@link StageWork#at} has it: equal counts of tasks over equal input are the same tasks. */
  TaskOrder of(int index, double input, int partitions, int parallelism, double slowdown) {
    StageWork stage = stages.get(index);
    int tasks = stage.cut().tasks(input, partitions, parallelism);
    Shape[] known = kept.get(index);
    for (Shape shape : known) {
      if (shape.is(tasks, input, slowdown)) {
        return shape.order();
      }
    }
    TaskOrder order = new TaskOrder(stage.at(input, partitions, parallelism, slowdown));
    // The oldest goes where there are too many. What another thread adds at this moment may be
    // lost: it is made again.
    int forgotten = known.length < SHAPES ? 0 : 1;
    Shape[] more = Arrays.copyOfRange(known, forgotten, known.length + 1);
    more[more.length - 1] = new Shape(tasks, input, slowdown, order);
    kept.set(index, more);
    return order;
  }
}
