using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Authentication;

/// <summary>When tokens were used last: gathered in memory, written once a minute, so that a request writes nothing.</summary>
internal sealed class TokenUse(TimeProvider time)
{
    private readonly ConcurrentDictionary<int, long> _used = new();

    public void Note(int tokenId) => _used[tokenId] = time.GetUtcNow().ToUnixTimeSeconds();

    public async Task WriteAsync(ApiContext db, CancellationToken cancellationToken)
    {
        foreach (var (id, unix) in _used)
        {
            if (_used.TryRemove(KeyValuePair.Create(id, unix)))
            {
                await db.Tokens.Where(token => token.Id == id).ExecuteUpdateAsync(set => set.SetProperty(static token => token.LastUsedUnix, unix), cancellationToken);
            }
        }
    }
}
