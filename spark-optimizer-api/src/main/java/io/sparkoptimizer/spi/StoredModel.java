package io.sparkoptimizer.spi;

import io.sparkoptimizer.Experimental;
import io.sparkoptimizer.ModelInfo;
import java.util.Arrays;
import java.util.Objects;

/** A trained model as a {@link Repository} keeps it. Immutable. */
@Experimental
public final class StoredModel {
  private final ModelInfo info;
  private final byte[] content;

  /** @param content what was learnt, in the trainer's own form */
  public StoredModel(ModelInfo info, byte[] content) {
    this.info = Objects.requireNonNull(info);
    this.content = content.clone();
  }

  public ModelInfo info() {
    return info;
  }

  public byte[] content() {
    return content.clone();
  }

  public StoredModel withVersion(int version) {
    return new StoredModel(info.withVersion(version), content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredModel model
        && info.equals(model.info)
        && Arrays.equals(content, model.content);
  }

  @Override
  public int hashCode() {
    return 31 * info.hashCode() + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return info + ", " + content.length + " bytes";
  }
}
