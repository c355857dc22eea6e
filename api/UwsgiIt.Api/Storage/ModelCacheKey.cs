using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace UwsgiIt.Api.Storage;

/// <summary>Two models per context: with the tenant filter and without it, so that each gets queries an index can serve; and one per seal, since columns carry it.</summary>
internal sealed class ModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        context is ApiContext api ? (context.GetType(), api.Unrestricted, api.Seal, designTime) : (context.GetType(), designTime);
}
