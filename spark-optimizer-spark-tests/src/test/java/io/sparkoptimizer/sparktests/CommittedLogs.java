package io.sparkoptimizer.sparktests;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The event logs of a source tree, found by what they hold and never by their names, and the traces of machines in them. */
final class CommittedLogs {

  /** Folders that are made by builds and tools, and not committed. */
  private static final Set<String> PASSED_OVER = Set.of("target", "node_modules");

  private static final String ZIP = "PK\u0003\u0004";

  /** A log's own first line may come after a few others, and the marks of other systems. */
  private static final int LINES_TO_LOOK_AT = 20;

  private final Set<String> logs = new TreeSet<>();
  private final List<String> traces = new ArrayList<>();

  /** Reads every log in the {@code samples} and {@code resources} folders below {@code root}. */
  static CommittedLogs under(Path root) throws IOException {
    CommittedLogs found = new CommittedLogs();
    Files.walkFileTree(root, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        String name = folder.getFileName().toString();
        boolean passOver =
            !folder.equals(root) && (name.startsWith(".") || PASSED_OVER.contains(name));
        return passOver ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
          throws IOException {
        String path = "/" + root.relativize(file).toString().replace('\\', '/');
        if (path.startsWith("/samples/") || path.contains("/resources/")) {
          try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            found.look(path.substring(1), in);
          }
        }
        return FileVisitResult.CONTINUE;
      }
    });
    return found;
  }

  private void look(String name, InputStream in) throws IOException {
    in.mark(4);
    boolean zip = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1).equals(ZIP);
    in.reset();
    if (zip) {
      ZipInputStream entries = new ZipInputStream(in);
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        look(
            name + "!/" + entry.getName(),
            new BufferedInputStream(new ByteArrayInputStream(entries.readAllBytes())));
      }
      return;
    }
    byte[] bytes = in.readAllBytes();
    boolean log = EventLogText.linesUpToDamage(new ByteArrayInputStream(bytes)).stream()
        .limit(LINES_TO_LOOK_AT)
        .anyMatch(line -> line.contains("{\"Event\":"));
    if (log) {
      logs.add(name);
      traces.addAll(MachineTraces.in(name, new ByteArrayInputStream(bytes)));
    }
  }

  /** The logs' paths below the root, with {@code !/} before an entry of a zip. */
  Set<String> logs() {
    return logs;
  }

  /** What tells of a machine, each with log and line. */
  List<String> traces() {
    return traces;
  }
}
