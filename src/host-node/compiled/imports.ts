/** What the addon calls: its slots, and the symbols of Node, of the engine and of the C++ library that belong there. */
export const ADDON_IMPORTS: Readonly<Record<string, string>> = {
  napi_create_function: 'napi_create_function',
  napi_set_named_property: 'napi_set_named_property',
  napi_get_cb_info: 'napi_get_cb_info',
  napi_create_buffer_copy: 'napi_create_buffer_copy',
  napi_get_buffer_info: 'napi_get_buffer_info',
  napi_set_instance_data: 'napi_set_instance_data',
  napi_get_instance_data: 'napi_get_instance_data',
  napi_set_element: 'napi_set_element',
  napi_get_element: 'napi_get_element',
  /** v8::Value::IsWasmModuleObject() const */
  is_wasm_module_object: '_ZNK2v85Value18IsWasmModuleObjectEv',
  /** v8::WasmModuleObject::GetCompiledModule() */
  get_compiled_module: '_ZN2v816WasmModuleObject17GetCompiledModuleEv',
  /** v8::CompiledWasmModule::Serialize() */
  serialize_compiled_module: '_ZN2v818CompiledWasmModule9SerializeEv',
  /** v8::CompiledWasmModule::GetWireBytesRef() */
  get_wire_bytes: '_ZN2v818CompiledWasmModule15GetWireBytesRefEv',
  /** operator delete[](void*) */
  delete_array: '_ZdaPv',
  /** Destroys an array of v8::CompiledWasmModule; for one alone there is no symbol. */
  destroy_compiled_modules: '_ZNSt12_Destroy_auxILb0EE9__destroyIPN2v818CompiledWasmModuleEEEvT_S5_',
  /** v8::WasmModuleCompilation: its constructor, and what it is told in this order */
  compilation_begin: '_ZN2v821WasmModuleCompilationC1Ev',
  compilation_has_compiled: '_ZN2v821WasmModuleCompilation25SetHasCompiledModuleBytesEv',
  compilation_bytes: '_ZN2v821WasmModuleCompilation15OnBytesReceivedEPKhm',
  compilation_finish:
    '_ZN2v821WasmModuleCompilation6FinishEPNS_7IsolateERKSt8functionIFvRNS_13WasmStreaming22ModuleCachingInterfaceEEERKS3_IFvSt7variantIJNS_5LocalINS_16WasmModuleObjectEEENSC_INS_5ValueEEEEEEE',
  compilation_end: '_ZN2v821WasmModuleCompilationD1Ev',
  /** v8::Isolate::GetCurrent() */
  current_isolate: '_ZN2v87Isolate10GetCurrentEv',
};
