package io.sparkoptimizer.ml;

import io.sparkoptimizer.OptimizerException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What XGBoost learnt, in Java: trees in rounds, one tree of each round for each target. A prediction is
 * the base score and the leaves that a row falls into, added up as floats in the order of the trees, as
 * XGBoost itself does. So nothing native is held, any number of threads may ask, and a stored model
 * predicts where the library cannot be loaded.
 */
final class Trees {
  private static final String LEARNER = "learner";
  private static final String MODEL = "model";

  /** One entry a node; a leaf has no children, and its value where others have their threshold. */
  private static final class Tree {
    private final int[] left;
    private final int[] right;
    private final int[] column;
    private final float[] at;
    private final boolean[] missingLeft;

    Tree(int[] left, int[] right, int[] column, float[] at, boolean[] missingLeft) {
      this.left = left;
      this.right = right;
      this.column = column;
      this.at = at;
      this.missingLeft = missingLeft;
    }

    float leaf(float[] row) {
      int node = 0;
      while (left[node] >= 0) {
        float value = row[column[node]];
        boolean toLeft = Float.isNaN(value) ? missingLeft[node] : value < at[node];
        node = toLeft ? left[node] : right[node];
      }
      return at[node];
    }
  }

  private final List<Tree> trees;
  private final int targets;
  private final float baseScore;

  private Trees(List<Tree> trees, int targets, float baseScore) {
    this.trees = trees;
    this.targets = targets;
    this.baseScore = baseScore;
  }

  /**
   * @param model in UBJSON, of a gbtree booster with one tree a round and target
   * @param columns of the rows that will be asked about
   * @param targets quantiles
   * @throws OptimizerException if it is another kind of model, or none
   */
  static Trees read(byte[] model, int columns, int targets) {
    Map<?, ?> learner = object(object(Ubjson.read(model)).get(LEARNER));
    Map<?, ?> booster = object(object(learner.get("gradient_booster")).get(MODEL));
    if (!(booster.get("trees") instanceof List<?> list)) {
      throw broken("no trees");
    }
    double[] groups = numbers(booster.get("tree_info"));
    if (groups.length != list.size() || list.size() % targets != 0) {
      throw broken(list.size() + " trees for " + targets + " targets");
    }
    for (int tree = 0; tree < groups.length; tree++) {
      if (groups[tree] != tree % targets) {
        throw broken("trees in another order than one a round and target");
      }
    }
    List<Tree> trees = list.stream().map(tree -> tree(object(tree), columns)).toList();
    Object base = object(learner.get("learner_model_param")).get("base_score");
    try {
      return new Trees(trees, targets, Float.parseFloat(String.valueOf(base)));
    } catch (NumberFormatException noNumber) {
      throw broken("a base score of " + base);
    }
  }

  private static Tree tree(Map<?, ?> tree, int columns) {
    int[] left = indexes(tree.get("left_children"));
    int[] right = indexes(tree.get("right_children"));
    int[] column = indexes(tree.get("split_indices"));
    double[] at = numbers(tree.get("split_conditions"));
    double[] missing = numbers(tree.get("default_left"));
    int nodes = left.length;
    if (nodes == 0
        || right.length != nodes
        || column.length != nodes
        || at.length != nodes
        || missing.length != nodes) {
      throw broken("a tree whose parts differ in length");
    }
    float[] conditions = new float[nodes];
    boolean[] missingLeft = new boolean[nodes];
    for (int node = 0; node < nodes; node++) {
      // Children come after their parent, so that no walk can go in circles.
      if (left[node] >= 0
          && (left[node] <= node
              || right[node] <= node
              || left[node] >= nodes
              || right[node] >= nodes
              || column[node] < 0
              || column[node] >= columns)) {
        throw broken("a tree with a split that leads nowhere");
      }
      conditions[node] = (float) at[node];
      missingLeft[node] = missing[node] != 0;
    }
    return new Tree(left, right, column, conditions, missingLeft);
  }

  private static Map<?, ?> object(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw broken("a part is missing");
  }

  private static double[] numbers(@Nullable Object value) {
    if (value instanceof double[] numbers) {
      return numbers;
    }
    if (value instanceof List<?> list && list.stream().allMatch(Double.class::isInstance)) {
      return list.stream().mapToDouble(Double.class::cast).toArray();
    }
    throw broken("numbers are missing");
  }

  private static int[] indexes(@Nullable Object value) {
    return Arrays.stream(numbers(value)).mapToInt(number -> (int) number).toArray();
  }

  private static OptimizerException broken(String what) {
    return new OptimizerException(
        "a model is not one of this kind: it has " + what + "; train it again");
  }

  int rounds() {
    return trees.size() / targets;
  }

  /**
   * What these trees say of a row, by target.
   *
   * @param row one value a column, NaN where missing
   */
  float[] predict(float[] row) {
    float[] sums = sums();
    for (int tree = 0; tree < trees.size(); tree++) {
      sums[tree % targets] += trees.get(tree).leaf(row);
    }
    return sums;
  }

  /** What they say after the first round, after the second, ...; each by target. */
  float[][] predictByRound(float[] row) {
    float[] sums = sums();
    float[][] rounds = new float[rounds()][];
    for (int tree = 0; tree < trees.size(); tree++) {
      sums[tree % targets] += trees.get(tree).leaf(row);
      if (tree % targets == targets - 1) {
        rounds[tree / targets] = sums.clone();
      }
    }
    return rounds;
  }

  /** Where, in a column, what they say may change: the thresholds of its splits, rising. */
  float[] thresholds(int column) {
    TreeSet<Float> thresholds = new TreeSet<>();
    for (Tree tree : trees) {
      for (int node = 0; node < tree.left.length; node++) {
        if (tree.left[node] >= 0 && tree.column[node] == column) {
          thresholds.add(tree.at[node]);
        }
      }
    }
    float[] rising = new float[thresholds.size()];
    int i = 0;
    for (float threshold : thresholds) {
      rising[i++] = threshold;
    }
    return rising;
  }

  private float[] sums() {
    float[] sums = new float[targets];
    Arrays.fill(sums, baseScore);
    return sums;
  }
}
