using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Stores what a host sends for a file of the list; replaces.</summary>
internal static class CollectedValues
{
    public static async Task StoreAsync(ApiContext db, int serverId, string filename, string value, CancellationToken cancellationToken)
    {
        var file = await db.CollectedFiles.FirstOrDefaultAsync(row => row.Filename == filename, cancellationToken) ?? throw Fault.Forbidden("The file is not in the list.");
        var row = await db.CollectedValues.FirstOrDefaultAsync(row => row.ServerId == serverId && row.FileId == file.Id, cancellationToken);
        if (row is null)
        {
            db.Add(row = new CollectedValue { ServerId = serverId, FileId = file.Id });
        }

        row.Value = TextRules.Lines("value", value);
        await db.SaveChangesAsync(cancellationToken);
    }
}
