using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>What every store works with.</summary>
internal sealed record StoreContext(ApiContext Db, Caller Caller, TimeProvider Time)
{
    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();
}
