package io.sparkoptimizer.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.core.table.TableReader.Row;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TableReaderTest {
  private static List<Row> rows(byte[] bytes, int width) throws IOException {
    TableReader reader = new TableReader(new ByteArrayInputStream(bytes), ',');
    List<Row> rows = new ArrayList<>();
    for (Row row = reader.read(width); row != null; row = reader.read(width)) {
      rows.add(row);
    }
    return rows;
  }

  private static List<Row> rows(String text) throws IOException {
    return rows(text.getBytes(StandardCharsets.UTF_8), 0);
  }

  private static Row row(long line, String... cells) {
    return new Row(line, List.of(cells), null);
  }

  @Test
  void read_everyLineEnd_isTheSame() throws IOException {
    for (String end : List.of("\n", "\r\n", "\r")) {
      assertThat(rows("a,b" + end + "1,2" + end + end + "3,"))
          .as("%s", (int) end.charAt(0))
          .containsExactly(row(1, "a", "b"), row(2, "1", "2"), row(4, "3", ""));
    }
    assertThat(rows("")).isEmpty();
    assertThat(rows("\n \n")).isEmpty();
  }

  @Test
  void read_quotes_areThoseOfRfc4180() throws IOException {
    assertThat(rows("\"a,b\",\"say \"\"hi\"\"\",\"\",c\n\"two\r\nlines\",x,5\" disk,\n"))
        .containsExactly(
            row(1, "a,b", "say \"hi\"", "", "c"), row(2, "two\nlines", "x", "5\" disk", ""));
  }

  @Test
  void read_strayQuote_costsItsOwnLine() throws IOException {
    byte[] text = "a,b\n\"open,2\n3,4\n5,\"6\"\n7,8\n".getBytes(StandardCharsets.UTF_8);
    assertThat(rows(text, 2))
        .containsExactly(
            row(1, "a", "b"),
            new Row(2, List.of(), "a quote is closed in the middle of a cell"),
            row(3, "3", "4"),
            row(4, "5", "6"),
            row(5, "7", "8"));
    assertThat(rows("a\n\"open\nb\n"))
        .containsExactly(
            row(1, "a"), new Row(2, List.of(), "a quote is opened and not closed"), row(3, "b"));
    assertThat(rows("\"a\"b,c\nd\n"))
        .containsExactly(
            new Row(1, List.of(), "a quote is closed in the middle of a cell"), row(2, "d"));
  }

  @Test
  void read_quoteClosedByAnotherCellsQuote_isTakenForAStrayOne() throws IOException {
    byte[] text = "a,b\n\"open,2\n3,4\n\",6\n7,8\n".getBytes(StandardCharsets.UTF_8);
    assertThat(rows(text, 2)).contains(row(2, "open,2\n3,4\n", "6"));
    assertThat(rows(text, 3))
        .contains(new Row(2, List.of(), "a quote is opened and not closed"), row(3, "3", "4"));
  }

  @Test
  void read_hugeLine_isNamedAndReadOver() throws IOException {
    String huge = "x".repeat(3 * TableLines.LONGEST);
    assertThat(rows("a,b\n" + huge + ",1\n2,3\n"))
        .containsExactly(
            row(1, "a", "b"),
            new Row(2, List.of(), "it is longer than 1048576 characters"),
            row(3, "2", "3"));
    String wide = ",".repeat(20_000);
    assertThat(rows(wide + "\n1\n"))
        .containsExactly(new Row(1, List.of(), "it has more than 10000 cells"), row(2, "1"));
    String manyLines = "\"" + "x\n".repeat(150) + "\"\n1\n";
    List<Row> rows = rows(manyLines);
    assertThat(rows.get(0).fault()).isEqualTo("a quote is opened and not closed");
    assertThat(rows.get(rows.size() - 1)).isEqualTo(row(152, "1"));
  }

  @Test
  void read_byteOrderMarks_areNoPartOfTheText() throws IOException {
    for (Charset charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertThat(rows("\uFEFFjob,größe\nİ,1\n".getBytes(charset), 0))
          .as("%s", charset)
          .containsExactly(row(1, "job", "größe"), row(2, "İ", "1"));
    }
    assertThat(rows(new byte[] {(byte) 0xFF, 'a', '\n'}, 0)).containsExactly(row(1, "\uFFFDa"));
  }

  /** Whatever the bytes, every row has a place of its own, and the last line is reached. */
  @Test
  void read_anyBytes_endsAndLosesNoLine() throws IOException {
    long seed = 20261120;
    Random random = new Random(seed);
    byte[] alphabet = "\"\"\",,\n\r\t ab1.é".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = alphabet[random.nextInt(alphabet.length)];
      }
      String whole = new String(bytes, StandardCharsets.UTF_8) + "\nlast";
      List<Row> rows = rows(whole.getBytes(StandardCharsets.UTF_8), 1 + random.nextInt(3));
      long before = 0;
      for (Row row : rows) {
        assertThat(row.line()).as("seed %s, text %s: %s", seed, i, whole).isGreaterThan(before);
        before = row.line();
      }
      assertThat(rows.get(rows.size() - 1))
          .as("seed %s, text %s: %s", seed, i, whole)
          .satisfies(last -> assertThat(last.cells()).containsExactly("last"));
    }
  }
}
