package io.sparkoptimizer.ml;

import io.sparkoptimizer.OptimizerException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model as it is kept: the columns that its rows have, and XGBoost's own UBJSON. The columns come first:
 * their number, and of each the feature, the word's value and whether it is a word (in Java's modified
 * UTF-8); then the length of the rest, and the rest.
 */
final class ModelFile {
  private static final int MAGIC = 0x534F4D31; // SOM1

  private ModelFile() {}

  static byte[] write(Boosting learnt) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(learnt.columns().count());
      for (Columns.Column column : learnt.columns().list()) {
        out.writeUTF(column.feature());
        out.writeUTF(column.value());
        out.writeBoolean(column.isWord());
      }
      byte[] model = learnt.model();
      out.writeInt(model.length);
      out.write(model);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** @throws OptimizerException if these are not the bytes of a model */
  static Boosting read(byte[] content) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      if (in.readInt() != MAGIC) {
        throw new OptimizerException("a model of " + content.length
            + " bytes is in no form that this version knows; train it" + " again");
      }
      int count = in.readInt();
      List<Columns.Column> columns = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        columns.add(new Columns.Column(in.readUTF(), in.readUTF(), in.readBoolean()));
      }
      int length = in.readInt();
      if (length != in.available()) {
        throw new IOException(length + " bytes of trees where " + in.available() + " are left");
      }
      return Boosting.read(new Columns(columns), in.readNBytes(length));
    } catch (IOException cut) {
      throw new OptimizerException(
          "a model of " + content.length + " bytes is damaged (" + cut + "); train it again", cut);
    }
  }
}
