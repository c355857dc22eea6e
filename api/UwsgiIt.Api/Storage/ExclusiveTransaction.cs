using Microsoft.EntityFrameworkCore.Storage;

namespace UwsgiIt.Api.Storage;

/// <summary>A transaction and the pass it runs under; both end together.</summary>
internal sealed class ExclusiveTransaction(IDbContextTransaction transaction, IDisposable pass) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        pass.Dispose();
    }
}
