using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Hosting;

/// <summary>Brings the database to our schema before anything is served; with several processes one does the work and the others wait.</summary>
internal sealed partial class Migrator(ApiContextFactory factory, IOptions<StorageOptions> options, CertificateAuthority authority, ILogger<Migrator> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Value.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using (var db = factory.CreateForEveryone())
        {
            var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
            if (missing > 0)
            {
                // Takes the provider's own migration lock.
                await db.Database.MigrateAsync(cancellationToken);
                Log.Migrated(logger, missing);
            }
        }

        await authority.LoadAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.Migrated, LogLevel.Information, "The database got {Count} migration(s).")]
        public static partial void Migrated(ILogger logger, int count);
    }
}
