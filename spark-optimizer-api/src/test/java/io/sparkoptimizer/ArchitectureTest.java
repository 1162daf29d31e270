package io.sparkoptimizer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The api needs the JDK, SLF4J and JSpecify alone, and the model of a run knows nothing of the SPI. */
@AnalyzeClasses(
    packages = "io.sparkoptimizer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule API_NEEDS_THE_JDK_ALONE = classes()
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(
          "java..",
          "org.slf4j..",
          "org.jspecify..",
          "io.sparkoptimizer",
          "io.sparkoptimizer.spark..",
          "io.sparkoptimizer.spi..");

  @ArchTest
  static final ArchRule MODEL_OF_A_RUN_KNOWS_NO_SPI = noClasses()
      .that()
      .resideInAPackage("io.sparkoptimizer.spark..")
      .should()
      .dependOnClassesThat()
      .resideInAPackage("io.sparkoptimizer.spi..");

  @ArchTest
  static final ArchRule NOTHING_PRINTS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
