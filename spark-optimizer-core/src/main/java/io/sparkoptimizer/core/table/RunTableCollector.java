package io.sparkoptimizer.core.table;

import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.core.table.TableReader.Row;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects runs that are rows of tables. A table that was read to its end, without a row that is wrong,
 * is not read again until it or its mapping changes. Rows are read one after another; of each that counts
 * a digest is held, or all of it where repetitions are made one.
 */
public final class RunTableCollector implements Collector {
  private static final String NAME = "run-table";

  /** Wrong rows of a table that are named, each with its line. */
  private static final int MOST_NAMED = 100;

  private final List<Path> files;
  private final TableMapping mapping;
  private long expected;

  RunTableCollector(List<Path> files, TableMapping mapping) {
    this.files = List.copyOf(files);
    this.mapping = mapping;
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * @throws SettingsException if the mapping names a column that a table does not have: nothing of any
   *     table is read then
   */
  @Override
  public void collect(Sink sink) {
    List<SkippedInput> unreadable = new ArrayList<>();
    List<Path> readable = checked(unreadable);
    expected = files.size();
    sink.expect(expected);
    unreadable.forEach(sink::skip);
    for (Path file : readable) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      try {
        collect(file, sink);
      } catch (IOException failed) {
        sink.skip(new SkippedInput(file.toString(), "cannot be read: " + failed.getMessage()));
      }
    }
  }

  /** The files that can be read; their headers have what the mapping names. */
  private List<Path> checked(List<SkippedInput> unreadable) {
    List<String> faults = new ArrayList<>();
    List<Path> readable = new ArrayList<>();
    for (Path file : files) {
      String reason = check(file, faults);
      if (reason == null) {
        readable.add(file);
      } else {
        unreadable.add(new SkippedInput(file.toString(), reason));
      }
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return readable;
  }

  private @Nullable String check(Path file, List<String> faults) {
    if (!Files.exists(file)) {
      return "no such file or folder";
    }
    if (!Files.isRegularFile(file)) {
      return "is no file; expected a table with a header line";
    }
    try (InputStream in = Files.newInputStream(file)) {
      Row header = new TableReader(in, mapping.separator(file)).read(0);
      if (header == null) {
        return "is empty; expected a table with a header line";
      }
      if (header.fault() != null) {
        return "its header cannot be read: " + header.fault();
      }
      RowReader.of(mapping, file, header.cells(), faults);
      return null;
    } catch (IOException failed) {
      return "cannot be read: " + failed.getMessage();
    }
  }

  private void collect(Path file, Sink sink) throws IOException {
    Path absolute = file.toAbsolutePath().normalize();
    // The same file under another mapping is another input.
    String location =
        absolute + "#mapping-" + TableRun.sha256(mapping.canonical()).substring(0, 16);
    InputStamp stamp = new InputStamp(
        location, Files.size(file), Files.getLastModifiedTime(file).toMillis());
    if (sink.isKnown(stamp)) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      new Reading(file, absolute, stamp, sink).read(in);
    }
  }

  /** One table on its way. */
  private final class Reading {
    private final Path file;
    private final Path absolute;
    private final InputStamp stamp;
    private final Sink sink;
    private final Map<String, Integer> turns = new HashMap<>();
    private final Map<TableRun.Work, List<TableRun>> repetitions = new LinkedHashMap<>();
    private @Nullable TableRun last;
    private long told;
    private long wrong;
    private long more;

    Reading(Path file, Path absolute, InputStamp stamp, Sink sink) {
      this.file = file;
      this.absolute = absolute;
      this.stamp = stamp;
      this.sink = sink;
    }

    void read(InputStream in) throws IOException {
      TableReader reader = new TableReader(in, mapping.separator(file));
      List<String> faults = new ArrayList<>();
      Row header = reader.read(0);
      RowReader rows =
          RowReader.of(mapping, file, header == null ? List.of() : header.cells(), faults);
      if (!faults.isEmpty()) {
        throw new SettingsException(faults); // it was another file when it was checked
      }
      for (Row row = reader.read(rows.width()); row != null; row = reader.read(rows.width())) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        try {
          if (row.fault() != null) {
            throw new BadRowException(row.fault());
          }
          rows.read(row.cells()).ifPresentOrElse(this::take, this::leaveOut);
        } catch (BadRowException bad) {
          skip(row.line(), bad.getMessage() + "");
        }
      }
      repetitions.values().forEach(equal -> tell(TableRun.median(equal)));
      finish();
    }

    private void leaveOut() {
      expectOneMore();
      sink.filter();
    }

    private void take(TableRun run) {
      if (mapping.median()) {
        repetitions.computeIfAbsent(run.work(), work -> new ArrayList<>()).add(run);
      } else {
        tell(run);
      }
    }

    private void skip(long line, String reason) {
      wrong++;
      if (wrong <= MOST_NAMED) {
        expectOneMore();
        sink.skip(new SkippedInput(file + " line " + line, reason));
      } else {
        more++;
      }
    }

    /** Holds one back: the last one tells that the table was read to its end. */
    private void tell(TableRun run) {
      if (last != null) {
        accept(last, unfinished());
      }
      last = run;
    }

    private void finish() {
      if (more > 0) {
        expectOneMore();
        sink.skip(new SkippedInput(file.toString(), more + " more rows cannot be read"));
      }
      sink.read(stamp.sizeBytes());
      if (last != null) {
        accept(last, wrong == 0 ? stamp : unfinished());
      } else if (wrong == 0) {
        sink.skip(new SkippedInput(file.toString(), "holds no row that counts"));
      }
    }

    /** As of a log that is still written: read again unless the last row makes it whole. */
    private InputStamp unfinished() {
      return new InputStamp(
          stamp.location() + InputStamp.IN_PROGRESS, stamp.sizeBytes(), stamp.modifiedMs());
    }

    private void accept(TableRun run, InputStamp input) {
      int turn = turns.merge(TableRun.sha256(run.canonical()), 1, Integer::sum);
      expectOneMore();
      sink.accept(run.run(absolute, turn), input);
    }

    /** The table itself was expected for its first row. */
    private void expectOneMore() {
      if (told++ > 0) {
        sink.expect(++expected);
      }
    }
  }

  /**
   * Makes collectors of the source type {@code run-table}. Settings: {@code file}, or {@code file[0]} and
   * so on, and the mapping, whose keys begin with {@code mapping.}; see docs/tables.md.
   */
  public static final class Provider implements Collector.Provider {
    private static final Pattern FILE = Pattern.compile("file(?:\\[([0-9]{1,6})])?");

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Collector create(Map<String, String> settings) {
      List<String> faults = new ArrayList<>();
      List<Path> files = files(settings, faults);
      Optional<TableMapping> mapping = Optional.empty();
      try {
        mapping = Optional.of(MappingSettings.read(settings));
      } catch (SettingsException wrong) {
        faults.addAll(wrong.faults());
      }
      if (!faults.isEmpty()) {
        throw new SettingsException(faults);
      }
      return new RunTableCollector(files, mapping.orElseThrow());
    }

    private static List<Path> files(Map<String, String> settings, List<String> faults) {
      Map<Integer, Path> files = new TreeMap<>();
      settings.forEach((key, value) -> {
        Matcher file = FILE.matcher(key);
        if (file.matches()) {
          try {
            files.put(file.group(1) == null ? -1 : Integer.valueOf(file.group(1)), Path.of(value));
          } catch (InvalidPathException none) {
            faults.add(key + " is \"" + value + "\"; expected the path of a table");
          }
        }
      });
      if (files.isEmpty() && faults.isEmpty()) {
        faults.add("file is missing; expected the path of a table");
      }
      return List.copyOf(files.values());
    }
  }
}
