package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.core.eventlog.EventLog.Found;
import io.sparkoptimizer.core.eventlog.EventLog.Part;
import io.sparkoptimizer.spi.InputStamp;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Says what is a log under a path: every file, every {@code eventlog_v2_*} folder, every folder of
 * Databricks' dated parts, and the same inside of a zip. Status files, checksums and dot files are
 * passed over in silence.
 *
 * <p>Listing asks each file's attributes once and opens none, so that a folder of many known logs
 * costs its listing alone. A file may be a zip whatever it is called: {@link #open} tells.
 */
final class EventLogFinder {
  private static final Pattern ROLLED_FOLDER = Pattern.compile("eventlog_v2_.+");
  private static final Pattern ROLLED_PART = Pattern.compile("events_([0-9]{1,18})_.+");
  private static final Pattern DATABRICKS_PART =
      Pattern.compile("eventlog-[0-9]{4}-[0-9]{2}-[0-9]{2}--[0-9]{2}-[0-9]{2}(\\..+)?");
  private static final Pattern DATABRICKS_LAST = Pattern.compile("eventlog(\\.[a-z0-9]+)?");
  private static final int MAX_ZIP_ENTRIES = 100_000;

  /** Files by their part: a name that the locale has no letters for does not lead back to its file. */
  private final IdentityHashMap<Part, Path> pathsOnDisk = new IdentityHashMap<>();

  private final List<Found> found = new ArrayList<>();

  private EventLogFinder() {}

  /** What there is under a path, in the order of the names. */
  static List<Found> find(Path path) {
    return list(path).stream().flatMap(found -> open(found).stream()).toList();
  }

  /** The same by names alone: a zip is one log here. */
  static List<Found> list(Path path) {
    EventLogFinder finder = new EventLogFinder();
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        finder.walk(path);
      } else if (attributes.isRegularFile()) {
        finder.single(part(path, attributes), path);
      } else {
        finder.found.add(Found.skipped(path.toString(), "neither a file nor a folder"));
      }
    } catch (IOException fault) {
      finder.found.add(Found.skipped(path.toString(), describe(fault)));
    }
    return finder.found;
  }

  /** What a log that was listed turns out to be: the logs in it, where it is a zip, or itself. */
  static List<Found> open(Found listed) {
    Path file = listed.file();
    if (file == null) {
      return List.of(listed);
    }
    EventLogFinder finder = new EventLogFinder();
    try {
      if (isZip(file)) {
        finder.zip(file);
        return finder.found;
      }
    } catch (IOException | RuntimeException fault) {
      return List.of(Found.skipped(file.toString(), describe(fault)));
    } catch (OutOfMemoryError exhausted) {
      // A zip's directory is read as a whole, and one of millions of entries may not fit.
      return List.of(Found.skipped(file.toString(), EventLogs.NOT_ENOUGH_MEMORY));
    }
    return List.of(listed);
  }

  /** Keeps a zip's list of entries in memory until it is closed; nothing where it is none. */
  static Closeable hold(Found listed) {
    try {
      return listed.file() == null ? () -> {} : new ZipFile(listed.file().toFile());
    } catch (IOException | RuntimeException | OutOfMemoryError told) { // by open
      return () -> {};
    }
  }

  private static boolean isZip(Path file) throws IOException {
    try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return Codec.of(in) == Codec.ZIP;
    }
  }

  private void walk(Path root) {
    Map<Path, List<Part>> folders = new TreeMap<>();
    try {
      Files.walkFileTree(
          root,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              if (!folder.equals(root) && isHidden(folder)) {
                return FileVisitResult.SKIP_SUBTREE;
              }
              folders.put(folder, new ArrayList<>());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                folders
                    .computeIfAbsent(parentOf(file, root), key -> new ArrayList<>())
                    .add(partOnDisk(file, attributes));
              } else if (!isHidden(file)) {
                found.add(Found.skipped(
                    file.toString(),
                    attributes.isSymbolicLink()
                        ? "a link that leads nowhere"
                        : "neither a file nor a folder"));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException fault) {
              found.add(Found.skipped(file.toString(), describe(fault)));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException fault) {
              if (fault != null) {
                found.add(Found.skipped(folder.toString(), describe(fault)));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException fault) {
      found.add(Found.skipped(root.toString(), describe(fault)));
    }
    folders.forEach((folder, parts) ->
        group(folder.toString(), nameOf(folder.toAbsolutePath().normalize()), parts));
  }

  private static Path parentOf(Path file, Path root) {
    Path parent = file.getParent();
    return parent == null ? root : parent;
  }

  private static String nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static boolean isHidden(Path path) {
    return nameOf(path).startsWith(".");
  }

  private static Part part(Path file, BasicFileAttributes attributes) {
    return new Part(
        file.toString(),
        nameOf(file),
        attributes.size(),
        attributes.lastModifiedTime().toMillis(),
        () -> Files.newInputStream(file));
  }

  private Part partOnDisk(Path file, BasicFileAttributes attributes) {
    Part part = part(file, attributes);
    pathsOnDisk.put(part, file);
    return part;
  }

  /** Makes logs of the files of one folder. */
  private void group(String folder, String folderName, List<Part> files) {
    List<Part> parts = new ArrayList<>(files);
    boolean statusInProgress = parts.stream()
        .anyMatch(part ->
            part.name().startsWith("appstatus_") && part.name().endsWith(InputStamp.IN_PROGRESS));
    parts.removeIf(part -> isSilent(part.name()));
    parts.sort(Comparator.comparing(Part::path));
    if (ROLLED_FOLDER.matcher(folderName).matches()) {
      rolled(folder, parts, statusInProgress);
    } else if (parts.stream()
        .anyMatch(part -> DATABRICKS_PART.matcher(part.name()).matches())) {
      databricks(folder, parts);
    }
    parts.forEach(part -> single(part, pathsOnDisk.get(part)));
  }

  private static boolean isSilent(String name) {
    return name.startsWith("appstatus_") || name.startsWith(".") || name.endsWith(".crc");
  }

  /** Takes the parts of a rolled log out of a folder's files. */
  private void rolled(String folder, List<Part> files, boolean inProgress) {
    TreeMap<Long, Part> events = new TreeMap<>();
    for (Part part : files) {
      Matcher matcher = ROLLED_PART.matcher(part.name());
      if (matcher.matches()) {
        // Of the same number, the compacted part holds what the other one held.
        events.merge(Long.parseLong(matcher.group(1)), part, (a, b) -> isCompacted(a) ? a : b);
      }
    }
    files.removeIf(part -> ROLLED_PART.matcher(part.name()).matches());
    if (events.isEmpty()) {
      if (files.isEmpty()) {
        found.add(Found.skipped(folder, "a rolling log without any events_ part"));
      }
      return;
    }
    Long newestCompacted = null;
    for (Map.Entry<Long, Part> event : events.entrySet()) {
      if (isCompacted(event.getValue())) {
        newestCompacted = event.getKey();
      }
    }
    var read = newestCompacted == null ? events : events.tailMap(newestCompacted, true);
    // Spark counts from 1, and only compaction takes the first parts away.
    long first = newestCompacted == null ? Math.min(1, read.firstKey()) : newestCompacted;
    boolean gap = read.lastKey() - first + 1 != read.size();
    found.add(Found.of(new EventLog(
        folder, List.copyOf(read.values()), inProgress, newestCompacted != null, gap)));
  }

  private static boolean isCompacted(Part part) {
    return part.name().endsWith(".compact");
  }

  /** Takes Databricks' parts out of a folder's files: the dated ones by name, then {@code eventlog}. */
  private void databricks(String folder, List<Part> files) {
    List<Part> parts = new ArrayList<>();
    files.stream()
        .filter(part -> DATABRICKS_PART.matcher(part.name()).matches())
        .forEach(parts::add);
    files.stream()
        .filter(part -> DATABRICKS_LAST.matcher(part.name()).matches())
        .forEach(parts::add);
    files.removeAll(parts);
    found.add(Found.of(new EventLog(folder, List.copyOf(parts), false, false, false)));
  }

  private void single(Part part, @Nullable Path file) {
    if (part.sizeBytes() == 0) {
      found.add(Found.skipped(part.path(), "empty file"));
      return;
    }
    EventLog log = new EventLog(
        part.path(),
        List.of(part),
        part.name().endsWith(InputStamp.IN_PROGRESS),
        isCompacted(part),
        false);
    found.add(file == null ? Found.of(log) : Found.unopened(log, file));
  }

  private void zip(Path file) throws IOException {
    Map<String, List<Part>> folders = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      if (zip.size() > MAX_ZIP_ENTRIES) {
        found.add(Found.skipped(
            file.toString(),
            "a zip of " + zip.size() + " entries; at most " + MAX_ZIP_ENTRIES + " are read"));
        return;
      }
      // Entries that share their bytes make petabytes of megabytes; no program that packs writes
      // them.
      if (zip.stream().mapToDouble(ZipEntry::getCompressedSize).sum()
          > file.toFile().length()) {
        found.add(Found.skipped(
            file.toString(), "a decompression bomb: entries of this zip share their bytes"));
        return;
      }
      zip.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> {
        int slash = entry.getName().lastIndexOf('/');
        String folder = slash < 0 ? "" : entry.getName().substring(0, slash);
        folders.computeIfAbsent(folder, key -> new ArrayList<>()).add(part(file, entry));
      });
    }
    if (folders.isEmpty()) {
      found.add(Found.skipped(file.toString(), "an empty zip"));
    }
    folders.forEach((folder, parts) -> group(
        folder.isEmpty() ? file.toString() : file + "!/" + folder,
        folder.substring(folder.lastIndexOf('/') + 1),
        parts));
  }

  private static Part part(Path file, ZipEntry entry) {
    String name = entry.getName();
    return new Part(
        file + "!/" + name,
        name.substring(name.lastIndexOf('/') + 1),
        Math.max(0, entry.getSize()),
        entry.getTime(),
        () -> ZipEntryInputStream.open(file, name));
  }

  /** One line that says what is wrong with a file, without a stack trace. */
  static String describe(Exception fault) {
    if (fault instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (fault instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (fault instanceof FileSystemLoopException) {
      return "a link that leads back to its own folder";
    }
    String message = fault.getMessage();
    return fault instanceof ZipException
        ? "not a readable zip: " + message
        : "cannot be read: " + (message == null ? fault.getClass().getSimpleName() : message);
  }
}
