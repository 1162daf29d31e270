package io.sparkoptimizer.core.eventlog;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The content of one entry of a zip, which is open for as long as this is. */
final class ZipEntryInputStream extends FilterInputStream implements StoredBytes {
  private final ZipFile zip;
  private final long storedBytes;

  private ZipEntryInputStream(ZipFile zip, ZipEntry entry) throws IOException {
    super(zip.getInputStream(entry));
    this.zip = zip;
    this.storedBytes = entry.getCompressedSize();
  }

  static ZipEntryInputStream open(Path file, String name) throws IOException {
    ZipFile zip = new ZipFile(file.toFile());
    try {
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        throw new FileNotFoundException("no entry " + name + " in " + file);
      }
      return new ZipEntryInputStream(zip, entry);
    } catch (IOException | RuntimeException fault) {
      zip.close();
      throw fault;
    }
  }

  /** The bytes that the entry takes in the zip. */
  @Override
  public long storedBytes() {
    return storedBytes;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
