package io.sparkoptimizer.jdbc;

import static io.sparkoptimizer.jdbc.RecordColumns.column;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.spi.StoredModel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Trained models: what is known of one as a document, what was learnt as bytes. */
final class Models {
  private static final Table<Record> MODELS = RunTables.table("models");
  private static final Field<String> IDENTITY = column("identity", SQLDataType.CHAR(64));
  private static final Field<Integer> VERSION = column("version", SQLDataType.INTEGER);
  private static final Field<String> NAME = column("name", SQLDataType.CLOB);
  private static final Field<String> DOCUMENT = column("document", SQLDataType.CLOB);
  private static final Field<byte[]> CONTENT = column("content", SQLDataType.BLOB);

  private Models() {}

  static StoredModel save(DSLContext context, StoredModel model) {
    String identity = Text.digest(model.info().name());
    Integer newest = context
        .select(DSL.max(VERSION))
        .from(MODELS)
        .where(IDENTITY.eq(identity))
        .fetchOne(DSL.max(VERSION));
    StoredModel kept = model.withVersion(newest == null ? 1 : newest + 1);
    context
        .insertInto(MODELS)
        .set(IDENTITY, identity)
        .set(VERSION, kept.info().version())
        .set(NAME, Text.storable(kept.info().name()))
        .set(DOCUMENT, JsonDocument.write(kept.info()))
        .set(CONTENT, kept.content())
        .execute();
    return kept;
  }

  static List<ModelInfo> all(DSLContext context) {
    return context.select(DOCUMENT).from(MODELS).fetch(DOCUMENT).stream()
        .map(Models::info)
        .sorted(Comparator.comparing(ModelInfo::name)
            .thenComparing(Comparator.comparingInt(ModelInfo::version).reversed()))
        .toList();
  }

  static Optional<StoredModel> one(DSLContext context, String name, int version) {
    return context
        .select(DOCUMENT, CONTENT)
        .from(MODELS)
        .where(IDENTITY.eq(Text.digest(name)).and(VERSION.eq(version)))
        .fetchOptional(row -> new StoredModel(info(row.value1()), row.value2()));
  }

  private static ModelInfo info(String document) {
    return JsonDocument.read(ModelInfo.class, document);
  }
}
