package io.sparkoptimizer.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.testkit.RepositoryCompatibilityKit;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class InMemoryRepositoryTest extends RepositoryCompatibilityKit {
  @Override
  protected Repository newRepository() {
    return new InMemoryRepository.Provider().create(Map.of());
  }

  @Test
  void provider_onTheClassPath_isFoundByName() {
    assertThat(ServiceLoader.load(Repository.Provider.class))
        .filteredOn(provider -> provider.name().equals("in-memory"))
        .singleElement()
        .satisfies(provider -> assertThat(provider.order()).isEqualTo(100));
  }
}
