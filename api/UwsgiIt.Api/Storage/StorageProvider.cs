namespace UwsgiIt.Api.Storage;

/// <summary>Which database.</summary>
internal enum StorageProvider
{
    Sqlite,
    PostgreSql,
}
