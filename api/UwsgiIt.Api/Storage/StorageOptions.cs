using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Storage;

/// <summary>Where everything is kept. Changes need a restart.</summary>
internal sealed class StorageOptions : IValidatedOptions
{
    public static string SectionName => "Storage";

    /// <summary>Sqlite or PostgreSql. Default Sqlite.</summary>
    public StorageProvider Provider { get; set; }

    /// <summary>Folder of the seal key and of SQLite's file, mode 0700. Default /var/lib/uwsgiit/api.</summary>
    public string Directory { get; set; } = "/var/lib/uwsgiit/api";

    /// <summary>PostgreSQL's connection string; needed with PostgreSql, refused with Sqlite.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long the feed, the audit log's feed positions and receipts reach back. Default 30 days.</summary>
    public TimeSpan FeedRetention { get; set; } = TimeSpan.FromDays(30);

    public string EffectiveFile => Path.Combine(Directory, "api.db");

    public string SealKeyFile => Path.Combine(Directory, "seal.key");

    public IEnumerable<OptionFault> Validate()
    {
        if (!Directory.StartsWith('/'))
        {
            yield return new OptionFault("Storage:Directory", Directory, "is not an absolute path", "Write for example /var/lib/uwsgiit/api");
        }

        if (Provider == StorageProvider.PostgreSql && string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new OptionFault("Storage:ConnectionString", null, "is needed with PostgreSql", "Write for example Host=/run/postgresql;Database=uwsgiit;Username=uwsgiit");
        }

        if (Provider == StorageProvider.Sqlite && ConnectionString is not null)
        {
            yield return new OptionFault("Storage:ConnectionString", "(set)", "means nothing with Sqlite", "Remove it, or set Storage:Provider to PostgreSql");
        }

        if (FeedRetention < TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Storage:FeedRetention", FeedRetention.ToString(), "is less than an hour", "Write for example \"30.00:00:00\"");
        }
    }
}
