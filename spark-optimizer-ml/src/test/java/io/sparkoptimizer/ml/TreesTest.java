package io.sparkoptimizer.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.OptimizerException;
import java.util.Arrays;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;

class TreesTest {
  private static final double[] QUANTILES = {0.05, 0.5, 0.95};

  private static float[][] rows(int count, int columns, Random random) {
    float[][] rows = new float[count][columns];
    for (float[] row : rows) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextInt(5) == 0 ? Float.NaN : (float) (100 * random.nextGaussian());
      }
    }
    return rows;
  }

  private static byte[] model(int count, int columns, Random random) {
    float[] labels = new float[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (float) random.nextGaussian();
    }
    return Xgboost.train(rows(count, columns, random), labels, QUANTILES, new int[columns], 40);
  }

  @Test
  void predict_anyRow_equalsTheNativeLibrary() throws Exception {
    Random random = new Random(1);
    byte[] model = model(200, 6, random);
    Trees trees = Trees.read(model, 6, 3);
    float[][] rows = rows(500, 6, random);
    float[] flat = new float[500 * 6];
    for (int row = 0; row < 500; row++) {
      System.arraycopy(rows[row], 0, flat, row * 6, 6);
    }
    DMatrix matrix = new DMatrix(flat, 500, 6, Float.NaN);
    Booster booster = XGBoost.loadModel(model);
    float[][] wanted = booster.predict(matrix);
    for (int row = 0; row < 500; row++) {
      assertThat(trees.predict(rows[row])).as("row %d", row).containsExactly(wanted[row]);
    }
    booster.dispose();
    matrix.dispose();
  }

  @Test
  void predictByRound_lastRound_isThePrediction() {
    Random random = new Random(2);
    Trees trees = Trees.read(model(60, 3, random), 3, 3);
    float[] row = rows(1, 3, random)[0];
    float[][] rounds = trees.predictByRound(row);
    assertThat(rounds).hasDimensions(40, 3);
    assertThat(rounds[39]).containsExactly(trees.predict(row));
    assertThat(trees.rounds()).isEqualTo(40);
  }

  @Test
  void read_cutAtAnyByte_saysToTrainAgain() {
    byte[] model = model(20, 2, new Random(3));
    for (int length = 0; length < model.length; length += 1 + length / 50) {
      byte[] cut = Arrays.copyOf(model, length);
      assertThatThrownBy(() -> Trees.read(cut, 2, 3))
          .as("cut at byte %d", length)
          .isInstanceOf(OptimizerException.class)
          .hasMessageContaining("train it again");
    }
  }

  @Test
  void read_anyByteChanged_isReadOrRefused() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] model = model(20, 2, new Random(4));
    for (int i = 0; i < 3000; i++) {
      byte[] changed = model.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      try {
        Trees.read(changed, 2, 3).predict(new float[] {1, Float.NaN});
      } catch (OptimizerException refused) {
        assertThat(refused).as("seed %d", seed).hasMessageContaining("train it again");
      }
    }
  }

  @Test
  void read_otherColumnsThanLearnt_isRefused() {
    byte[] model = model(100, 4, new Random(5));
    assertThatThrownBy(() -> Trees.read(model, 1, 3))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("a model is not one of this kind: it has a tree with a split that leads"
            + " nowhere; train it again");
    assertThatThrownBy(() -> Trees.read(model, 4, 7)).hasMessageContaining("targets");
  }

  @Test
  void train_wrongSizesOrValues_neverReachTheLibrary() {
    float[][] rows = {{1, 2}, {3, 4}};
    int[] free = {0, 0};
    assertThatThrownBy(() -> Xgboost.train(rows, new float[1], QUANTILES, free, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("one label a row, and at least one: 2 rows, 1 labels");
    assertThatThrownBy(() -> Xgboost.train(rows, new float[2], QUANTILES, new int[0], 1))
        .hasMessageContaining("a table of 2 rows and 0 columns");
    assertThatThrownBy(() -> Xgboost.train(rows, new float[2], QUANTILES, new int[3], 1))
        .hasMessageContaining("row 0 has 2 columns of 3");
    assertThatThrownBy(() -> Xgboost.train(rows, new float[2], QUANTILES, free, 0))
        .hasMessage("rounds must be 1 or more, was 0");
    float[] unknown = {0, Float.NaN};
    assertThatThrownBy(() -> Xgboost.train(rows, unknown, QUANTILES, free, 1))
        .hasMessageContaining("row 1 has 2 columns of 2 and the label NaN");
    float[][] infinite = {{1, 2}, {3, Float.NEGATIVE_INFINITY}};
    assertThatThrownBy(() -> Xgboost.train(infinite, new float[2], QUANTILES, free, 1))
        .hasMessage("row 1 has an infinite value");
  }

  @Test
  void version_ofTheJar_isThePinnedOne() {
    assertThat(Xgboost.version()).matches("\\d+\\.\\d+\\.\\d+");
  }
}
