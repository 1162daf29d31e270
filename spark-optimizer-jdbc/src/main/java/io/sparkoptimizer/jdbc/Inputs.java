package io.sparkoptimizer.jdbc;

import static io.sparkoptimizer.jdbc.RecordColumns.column;

import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository.KnownInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The ledger: inputs that were read, and what they looked like. One row a location. */
final class Inputs {
  static final Table<Record> TABLE = RunTables.table("inputs");
  private static final Field<String> IDENTITY = column("identity", SQLDataType.CHAR(64));
  private static final Field<String> SOURCE_NAME = column("source_name", SQLDataType.CLOB);
  private static final RecordColumns<InputStamp> STAMP =
      new RecordColumns<>(InputStamp.class, Map.of(), Set.of());
  private static final Field<String> SKIPPED = column("skipped", SQLDataType.CLOB);

  private Inputs() {}

  static List<Field<?>> fields() {
    List<Field<?>> fields = new ArrayList<>(List.of(IDENTITY, SOURCE_NAME));
    fields.addAll(STAMP.fields());
    fields.add(SKIPPED);
    return fields;
  }

  private static String identity(String sourceName, String location) {
    return Text.digest(sourceName, location);
  }

  /** To be called in a writing transaction. */
  static void remember(DSLContext context, String sourceName, List<KnownInput> inputs) {
    Map<String, Map<String, @Nullable Object>> rows = new LinkedHashMap<>();
    Set<String> replaced = new HashSet<>();
    for (KnownInput input : inputs) {
      String location = input.stamp().location();
      String identity = identity(sourceName, location);
      Map<String, @Nullable Object> row = new HashMap<>();
      row.put(IDENTITY.getName(), identity);
      row.put(SOURCE_NAME.getName(), Text.storable(sourceName));
      STAMP.write(input.stamp(), row);
      row.put(SKIPPED.getName(), input.skipped() == null ? null : Text.storable(input.skipped()));
      rows.put(identity, row);
      replaced.add(identity);
      replaced.add(identity(sourceName, location + InputStamp.IN_PROGRESS));
    }
    for (List<String> some : RunTables.chunks(replaced)) {
      context.deleteFrom(TABLE).where(IDENTITY.in(some)).execute();
    }
    RunTables.Rows to = new RunTables.Rows(context, TABLE, fields());
    rows.values().forEach(to::add);
    to.flush();
  }

  static List<KnownInput> known(
      DSLContext context, String sourceName, Collection<String> locations) {
    // What is stored of a location may be other than the location: characters that no database
    // keeps.
    Map<String, String> byIdentity = new HashMap<>();
    locations.forEach(location -> byIdentity.put(identity(sourceName, location), location));
    List<Field<?>> fields = new ArrayList<>(STAMP.fields());
    fields.add(IDENTITY);
    fields.add(SKIPPED);
    List<KnownInput> known = new ArrayList<>();
    for (List<String> some : RunTables.chunks(byIdentity.keySet())) {
      context.select(fields).from(TABLE).where(IDENTITY.in(some)).forEach(row -> {
        InputStamp stored = STAMP.read(row, Map.of());
        String location = byIdentity.getOrDefault(row.get(IDENTITY), stored.location());
        known.add(new KnownInput(
            new InputStamp(location, stored.sizeBytes(), stored.modifiedMs()), row.get(SKIPPED)));
      });
    }
    return known;
  }
}
