/**
 * An addon for Node with three functions on modules, on x86-64. Its calls go through slots at its end, which whoever loads
 * it fills with addresses (imports.ts). Called by System V's convention; C++ by the Itanium ABI, its library's libstdc++.
 * v8::Local and napi_value are the same pointer.
 *
 * `serialize` and `wire_bytes` off rsp: 0 CompiledWasmModule (48 bytes), 48 address and length of bytes, 64 result,
 * 72 argument count, 80 argument.
 * `deserialize` off rsp: 0 argument count, 8 compiled, 16 wire bytes, 24 an array to keep the module, 32 and 48 address and
 * length of both, 64 WasmModuleCompilation, 72 and 104 std::function (16 bytes of its own, then how it is copied, then
 * what it calls), 136 whether the engine took the code, 144 result. Its address is the addon's instance data meanwhile, so
 * that `resolve` can tell a compilation that goes on later, when the engine took nothing.
 */
export const X86_64_ADDON = `
  napi_register_module_v1:
    53                                         ; push rbx
    41 54                                      ; push r12
    41 55                                      ; push r13
    48 89 fb                                   ; mov rbx, rdi
    49 89 f4                                   ; mov r12, rsi
    48 8d 35 @@serialize_name                  ; lea rsi, [rip+serialize_name]
    48 8d 15 @@serialize                       ; lea rdx, [rip+serialize]
    e8 @@define                                ; call define
    48 8d 35 @@wire_bytes_name                 ; lea rsi, [rip+wire_bytes_name]
    48 8d 15 @@wire_bytes                      ; lea rdx, [rip+wire_bytes]
    e8 @@define                                ; call define
    48 8d 35 @@deserialize_name                ; lea rsi, [rip+deserialize_name]
    48 8d 15 @@deserialize                     ; lea rdx, [rip+deserialize]
    e8 @@define                                ; call define
    4c 89 e0                                   ; mov rax, r12
    41 5d                                      ; pop r13
    41 5c                                      ; pop r12
    5b                                         ; pop rbx
    c3                                         ; ret
  define:
    48 83 ec 18                                ; sub rsp, 24
    48 c7 44 24 08 00 00 00 00                 ; mov qword ptr [rsp+8], 0
    49 89 f5                                   ; mov r13, rsi
    48 89 df                                   ; mov rdi, rbx
    48 89 d1                                   ; mov rcx, rdx
    48 c7 c2 ff ff ff ff                       ; mov rdx, -1
    45 31 c0                                   ; xor r8d, r8d
    4c 8d 4c 24 08                             ; lea r9, [rsp+8]
    ff 15 @@napi_create_function               ; call [rip+napi_create_function]
    48 89 df                                   ; mov rdi, rbx
    4c 89 e6                                   ; mov rsi, r12
    4c 89 ea                                   ; mov rdx, r13
    48 8b 4c 24 08                             ; mov rcx, [rsp+8]
    ff 15 @@napi_set_named_property            ; call [rip+napi_set_named_property]
    48 83 c4 18                                ; add rsp, 24
    c3                                         ; ret
  serialize:
    31 c9                                      ; xor ecx, ecx
    eb @of_module                              ; jmp of_module
  wire_bytes:
    b9 01 00 00 00                             ; mov ecx, 1
  of_module:
    53                                         ; push rbx
    41 54                                      ; push r12
    48 83 ec 68                                ; sub rsp, 104
    48 89 fb                                   ; mov rbx, rdi
    41 89 cc                                   ; mov r12d, ecx
    48 c7 44 24 40 00 00 00 00                 ; mov qword ptr [rsp+64], 0
    48 c7 44 24 48 01 00 00 00                 ; mov qword ptr [rsp+72], 1
    48 8d 54 24 48                             ; lea rdx, [rsp+72]
    48 8d 4c 24 50                             ; lea rcx, [rsp+80]
    45 31 c0                                   ; xor r8d, r8d
    45 31 c9                                   ; xor r9d, r9d
    ff 15 @@napi_get_cb_info                   ; call [rip+napi_get_cb_info]
    48 8b 7c 24 50                             ; mov rdi, [rsp+80]
    ff 15 @@is_wasm_module_object              ; call [rip+is_wasm_module_object]
    84 c0                                      ; test al, al
    74 @no_module                              ; je no_module
    48 89 e7                                   ; mov rdi, rsp
    48 8b 74 24 50                             ; mov rsi, [rsp+80]
    ff 15 @@get_compiled_module                ; call [rip+get_compiled_module]
    45 85 e4                                   ; test r12d, r12d
    75 @wire                                   ; jne wire
    48 8d 7c 24 30                             ; lea rdi, [rsp+48]
    48 89 e6                                   ; mov rsi, rsp
    ff 15 @@serialize_compiled_module          ; call [rip+serialize_compiled_module]
    eb @answer                                 ; jmp answer
  wire:
    48 89 e7                                   ; mov rdi, rsp
    ff 15 @@get_wire_bytes                     ; call [rip+get_wire_bytes]
    48 89 44 24 30                             ; mov [rsp+48], rax
    48 89 54 24 38                             ; mov [rsp+56], rdx
  answer:
    48 89 df                                   ; mov rdi, rbx
    48 8b 74 24 38                             ; mov rsi, [rsp+56]
    48 85 f6                                   ; test rsi, rsi
    74 @answered                               ; je answered
    48 8b 54 24 30                             ; mov rdx, [rsp+48]
    31 c9                                      ; xor ecx, ecx
    4c 8d 44 24 40                             ; lea r8, [rsp+64]
    ff 15 @@napi_create_buffer_copy            ; call [rip+napi_create_buffer_copy]
  answered:
    45 85 e4                                   ; test r12d, r12d
    75 @destroy                                ; jne destroy
    48 8b 7c 24 30                             ; mov rdi, [rsp+48]
    ff 15 @@delete_array                       ; call [rip+delete_array]
  destroy:
    48 89 e7                                   ; mov rdi, rsp
    48 8d 74 24 30                             ; lea rsi, [rsp+48]
    ff 15 @@destroy_compiled_modules           ; call [rip+destroy_compiled_modules]
  no_module:
    48 8b 44 24 40                             ; mov rax, [rsp+64]
    48 83 c4 68                                ; add rsp, 104
    41 5c                                      ; pop r12
    5b                                         ; pop rbx
    c3                                         ; ret
  deserialize:
    53                                         ; push rbx
    48 81 ec a0 00 00 00                       ; sub rsp, 160
    48 89 fb                                   ; mov rbx, rdi
    48 c7 04 24 03 00 00 00                    ; mov qword ptr [rsp], 3
    48 89 e2                                   ; mov rdx, rsp
    48 8d 4c 24 08                             ; lea rcx, [rsp+8]
    45 31 c0                                   ; xor r8d, r8d
    45 31 c9                                   ; xor r9d, r9d
    ff 15 @@napi_get_cb_info                   ; call [rip+napi_get_cb_info]
    48 89 df                                   ; mov rdi, rbx
    48 8b 74 24 08                             ; mov rsi, [rsp+8]
    48 8d 54 24 20                             ; lea rdx, [rsp+32]
    48 8d 4c 24 28                             ; lea rcx, [rsp+40]
    ff 15 @@napi_get_buffer_info               ; call [rip+napi_get_buffer_info]
    48 89 df                                   ; mov rdi, rbx
    48 8b 74 24 10                             ; mov rsi, [rsp+16]
    48 8d 54 24 30                             ; lea rdx, [rsp+48]
    48 8d 4c 24 38                             ; lea rcx, [rsp+56]
    ff 15 @@napi_get_buffer_info               ; call [rip+napi_get_buffer_info]
    48 89 df                                   ; mov rdi, rbx
    48 89 e6                                   ; mov rsi, rsp
    31 d2                                      ; xor edx, edx
    31 c9                                      ; xor ecx, ecx
    ff 15 @@napi_set_instance_data             ; call [rip+napi_set_instance_data]
    48 8d 15 @@copy_callable                   ; lea rdx, [rip+copy_callable]
    48 8d 05 @@offer                           ; lea rax, [rip+offer]
    48 89 64 24 48                             ; mov [rsp+72], rsp
    48 89 54 24 58                             ; mov [rsp+88], rdx
    48 89 44 24 60                             ; mov [rsp+96], rax
    48 8d 05 @@resolve                         ; lea rax, [rip+resolve]
    48 89 5c 24 68                             ; mov [rsp+104], rbx
    48 89 54 24 78                             ; mov [rsp+120], rdx
    48 89 84 24 80 00 00 00                    ; mov [rsp+128], rax
    c7 84 24 88 00 00 00 00 00 00 00           ; mov dword ptr [rsp+136], 0
    48 c7 84 24 90 00 00 00 00 00 00 00        ; mov qword ptr [rsp+144], 0
    48 8d 7c 24 40                             ; lea rdi, [rsp+64]
    ff 15 @@compilation_begin                  ; call [rip+compilation_begin]
    48 8d 7c 24 40                             ; lea rdi, [rsp+64]
    ff 15 @@compilation_has_compiled           ; call [rip+compilation_has_compiled]
    48 8d 7c 24 40                             ; lea rdi, [rsp+64]
    48 8b 74 24 30                             ; mov rsi, [rsp+48]
    48 8b 54 24 38                             ; mov rdx, [rsp+56]
    ff 15 @@compilation_bytes                  ; call [rip+compilation_bytes]
    ff 15 @@current_isolate                    ; call [rip+current_isolate]
    48 8d 7c 24 40                             ; lea rdi, [rsp+64]
    48 89 c6                                   ; mov rsi, rax
    48 8d 54 24 48                             ; lea rdx, [rsp+72]
    48 8d 4c 24 68                             ; lea rcx, [rsp+104]
    ff 15 @@compilation_finish                 ; call [rip+compilation_finish]
    48 8d 7c 24 40                             ; lea rdi, [rsp+64]
    ff 15 @@compilation_end                    ; call [rip+compilation_end]
    48 89 df                                   ; mov rdi, rbx
    31 f6                                      ; xor esi, esi
    31 d2                                      ; xor edx, edx
    31 c9                                      ; xor ecx, ecx
    ff 15 @@napi_set_instance_data             ; call [rip+napi_set_instance_data]
    80 bc 24 88 00 00 00 00                    ; cmp byte ptr [rsp+136], 0
    74 @refused                                ; je refused
    48 89 df                                   ; mov rdi, rbx
    48 8b 74 24 18                             ; mov rsi, [rsp+24]
    31 d2                                      ; xor edx, edx
    48 8d 8c 24 90 00 00 00                    ; lea rcx, [rsp+144]
    ff 15 @@napi_get_element                   ; call [rip+napi_get_element]
  refused:
    48 8b 84 24 90 00 00 00                    ; mov rax, [rsp+144]
    48 81 c4 a0 00 00 00                       ; add rsp, 160
    5b                                         ; pop rbx
    c3                                         ; ret
  offer:
    53                                         ; push rbx
    48 8b 1f                                   ; mov rbx, [rdi]
    48 89 f7                                   ; mov rdi, rsi
    48 8b 73 20                                ; mov rsi, [rbx+32]
    48 8b 53 28                                ; mov rdx, [rbx+40]
    48 8b 07                                   ; mov rax, [rdi]
    ff 50 08                                   ; call [rax+8]
    88 83 88 00 00 00                          ; mov [rbx+136], al
    5b                                         ; pop rbx
    c3                                         ; ret
  resolve:
    53                                         ; push rbx
    48 83 ec 10                                ; sub rsp, 16
    80 7e 08 00                                ; cmp byte ptr [rsi+8], 0
    75 @resolved                               ; jne resolved
    48 8b 1f                                   ; mov rbx, [rdi]
    48 8b 06                                   ; mov rax, [rsi]
    48 89 44 24 08                             ; mov [rsp+8], rax
    48 c7 04 24 00 00 00 00                    ; mov qword ptr [rsp], 0
    48 89 df                                   ; mov rdi, rbx
    48 89 e6                                   ; mov rsi, rsp
    ff 15 @@napi_get_instance_data             ; call [rip+napi_get_instance_data]
    48 8b 34 24                                ; mov rsi, [rsp]
    48 85 f6                                   ; test rsi, rsi
    74 @resolved                               ; je resolved
    48 89 df                                   ; mov rdi, rbx
    48 8b 76 18                                ; mov rsi, [rsi+24]
    31 d2                                      ; xor edx, edx
    48 8b 4c 24 08                             ; mov rcx, [rsp+8]
    ff 15 @@napi_set_element                   ; call [rip+napi_set_element]
  resolved:
    48 83 c4 10                                ; add rsp, 16
    5b                                         ; pop rbx
    c3                                         ; ret
  copy_callable:
    83 fa 02                                   ; cmp edx, 2
    75 @copied                                 ; jne copied
    0f 10 06                                   ; movups xmm0, [rsi]
    0f 11 07                                   ; movups [rdi], xmm0
  copied:
    31 c0                                      ; xor eax, eax
    c3                                         ; ret
  serialize_name:
    73 65 72 69 61 6c 69 7a 65 00              ; .asciz "serialize"
  wire_bytes_name:
    77 69 72 65 42 79 74 65 73 00              ; .asciz "wireBytes"
  deserialize_name:
    64 65 73 65 72 69 61 6c 69 7a 65 00        ; .asciz "deserialize"
  napi_create_function:
    0000000000000000                           ; .quad 0
  napi_set_named_property:
    0000000000000000                           ; .quad 0
  napi_get_cb_info:
    0000000000000000                           ; .quad 0
  napi_create_buffer_copy:
    0000000000000000                           ; .quad 0
  napi_get_buffer_info:
    0000000000000000                           ; .quad 0
  napi_set_instance_data:
    0000000000000000                           ; .quad 0
  napi_get_instance_data:
    0000000000000000                           ; .quad 0
  napi_set_element:
    0000000000000000                           ; .quad 0
  napi_get_element:
    0000000000000000                           ; .quad 0
  is_wasm_module_object:
    0000000000000000                           ; .quad 0
  get_compiled_module:
    0000000000000000                           ; .quad 0
  serialize_compiled_module:
    0000000000000000                           ; .quad 0
  get_wire_bytes:
    0000000000000000                           ; .quad 0
  delete_array:
    0000000000000000                           ; .quad 0
  destroy_compiled_modules:
    0000000000000000                           ; .quad 0
  compilation_begin:
    0000000000000000                           ; .quad 0
  compilation_has_compiled:
    0000000000000000                           ; .quad 0
  compilation_bytes:
    0000000000000000                           ; .quad 0
  compilation_finish:
    0000000000000000                           ; .quad 0
  compilation_end:
    0000000000000000                           ; .quad 0
  current_isolate:
    0000000000000000                           ; .quad 0
`;
