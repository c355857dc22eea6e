namespace UwsgiIt.Api.FunctionalTests;

public sealed class PostgresEnvironment : ApiEnvironment
{
    protected override async Task<Dictionary<string, string?>> StorageAsync(string directory) => new() { ["Storage:Provider"] = "PostgreSql", ["Storage:ConnectionString"] = await PostgresServer.NewDatabaseAsync() };
}
