namespace UwsgiIt.Api.FunctionalTests;

[CollectionDefinition("sqlite")]
public sealed class SqliteCollection : ICollectionFixture<SqliteEnvironment>;

[CollectionDefinition("postgres")]
public sealed class PostgresCollection : ICollectionFixture<PostgresEnvironment>;
